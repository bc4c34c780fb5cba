package io.dpostream.schemas;

/** Derives a pair's id from what it was sampled from, so that sampling again gives the same id. */
public final class PairId {
  private PairId() {}

  /**
   * Returns the first half of a SHA-256, in 32 lower-case hexadecimal digits.
   *
   * @param runId the run that samples
   * @param partition the prompt record's partition
   * @param offset the prompt record's offset
   * @param policyVersion the version that writes both completions
   * @param sampleIndex index of the pair among those of its prompt record
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

  /**
   * Returns the id of a pair whose prompt came from any of a run's topics.
   *
   * @param topic the prompt record's topic; empty for the deployment's own, whose name is no part
   *     of an id
   */
  public static String of(
      String runId, String topic, int partition, long offset, long policyVersion, int sampleIndex) {
    if (topic.isEmpty()) {
      return of(runId, partition, offset, policyVersion, sampleIndex);
    }
    return new Sha256("dpo-stream pair 2")
        .put(runId)
        .put(topic)
        .put(partition)
        .put(offset)
        .put(policyVersion)
        .put(sampleIndex)
        .hex(16);
  }
}
