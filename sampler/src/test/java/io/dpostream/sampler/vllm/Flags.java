package io.dpostream.sampler.vllm;

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
 * @param queuesWhilePaused whether a paused server lets requests wait, as vLLM before 0.33 does,
 *     and does not refuse them
 */
public record Flags(
    boolean runtimeLora,
    boolean devMode,
    int maxLoras,
    int maxLoraRank,
    String logprobsMode,
    Optional<String> apiKey,
    boolean queuesWhilePaused) {

  /** As documented, for either way of bringing a version. */
  public static Flags documented() {
    return new Flags(true, true, 4, 16, "raw_logprobs", Optional.empty(), false);
  }

  Flags without(String flag) {
    return new Flags(
        runtimeLora && !flag.equals("runtimeLora"),
        devMode && !flag.equals("devMode"),
        flag.equals("lora") ? 0 : maxLoras,
        maxLoraRank,
        logprobsMode,
        apiKey,
        queuesWhilePaused);
  }

  Flags withLoras(int max, int rank) {
    return new Flags(runtimeLora, devMode, max, rank, logprobsMode, apiKey, queuesWhilePaused);
  }

  Flags withLogprobsMode(String mode) {
    return new Flags(runtimeLora, devMode, maxLoras, maxLoraRank, mode, apiKey, queuesWhilePaused);
  }

  Flags withApiKey(String key) {
    return new Flags(
        runtimeLora, devMode, maxLoras, maxLoraRank, logprobsMode, Optional.of(key), false);
  }

  Flags queueing() {
    return new Flags(runtimeLora, devMode, maxLoras, maxLoraRank, logprobsMode, apiKey, true);
  }
}
