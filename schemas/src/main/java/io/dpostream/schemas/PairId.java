package io.dpostream.schemas;

/** Names a pair by what it was sampled from, so that sampling again gives the same id. */
public final class PairId {
  private PairId() {}

  /**
   * The first half of a SHA-256, in 32 lower-case hexadecimal digits.
   *
   * @param runId the run that samples
   * @param partition of the prompt record
   * @param offset of the prompt record
   * @param policyVersion that writes both completions
   * @param sampleIndex of the pair among those of its prompt record
   */
  public static String of(
      String runId, int partition, long offset, long policyVersion, int sampleIndex) {
    return new Sha256("dpo-stream pair 1")
        .put(runId)
        .put(partition)
        .put(offset)
        .put(policyVersion)
        .put(sampleIndex)
        .hex(16);
  }
}
