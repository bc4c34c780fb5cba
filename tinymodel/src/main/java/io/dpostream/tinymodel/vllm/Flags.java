package io.dpostream.tinymodel.vllm;

import java.util.Optional;

/**
 * How a {@link VllmStandIn} is started.
 *
 * @param runtimeLora {@code VLLM_ALLOW_RUNTIME_LORA_UPDATING}
 * @param devMode {@code VLLM_SERVER_DEV_MODE}
 * @param maxLoras {@code --max-loras}; 0 without {@code --enable-lora}
 * @param maxLoraRank {@code --max-lora-rank}
 * @param logprobsMode {@code --logprobs-mode}
 * @param apiKey {@code --api-key}
 * @param release of vLLM; before 0.33, a paused server lets requests wait and does not refuse them
 */
public record Flags(
    boolean runtimeLora,
    boolean devMode,
    int maxLoras,
    int maxLoraRank,
    String logprobsMode,
    Optional<String> apiKey,
    String release) {

  /** As documented, for either way of bringing a version. */
  public static Flags documented() {
    return new Flags(true, true, 4, 16, "raw_logprobs", Optional.empty(), "0.33.0");
  }

  /** Without {@code runtimeLora}, {@code devMode} or {@code lora}. */
  public Flags without(String flag) {
    return new Flags(
        runtimeLora && !flag.equals("runtimeLora"),
        devMode && !flag.equals("devMode"),
        flag.equals("lora") ? 0 : maxLoras,
        maxLoraRank,
        logprobsMode,
        apiKey,
        release);
  }

  /** With room for other adapters. */
  public Flags withLoras(int max, int rank) {
    return new Flags(runtimeLora, devMode, max, rank, logprobsMode, apiKey, release);
  }

  /** With another kind of log-probabilities. */
  public Flags withLogprobsMode(String mode) {
    return new Flags(runtimeLora, devMode, maxLoras, maxLoraRank, mode, apiKey, release);
  }

  /** With a key that clients must bring. */
  public Flags withApiKey(String key) {
    return new Flags(
        runtimeLora, devMode, maxLoras, maxLoraRank, logprobsMode, Optional.of(key), release);
  }

  /** Of another release of vLLM. */
  public Flags ofRelease(String other) {
    return new Flags(runtimeLora, devMode, maxLoras, maxLoraRank, logprobsMode, apiKey, other);
  }

  boolean queuesWhilePaused() {
    return release.startsWith("0.32");
  }
}
