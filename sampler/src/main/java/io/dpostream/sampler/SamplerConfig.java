package io.dpostream.sampler;

import io.dpostream.settings.UserException;

/**
 * Settings of sampling, under {@code sampler}. Component names are the keys in camel case.
 *
 * @param seed seed of every random draw of the run
 * @param temperature divides the logits; above 0
 * @param topP nucleus mass in (0, 1]; 1 is off
 * @param topK number of tokens to draw from; 0 is off
 * @param maxNewTokens token limit of a completion
 * @param pairsPerPrompt pairs sampled for each prompt record, two completions each
 * @param batchSize prompts that are decoded together
 * @param maxOutstandingBatches bound on pairs without an outcome plus preferences not yet trained,
 *     in training batches; at least 2, so that one batch can fill while another is trained
 * @param maxWaitingForPeople bound on pairs that wait for people, counted apart
 * @param device cpu, cuda or cuda:N
 * @param dtype float32 or bfloat16
 * @param threads threads of one CPU operation
 */
public record SamplerConfig(
    long seed,
    double temperature,
    double topP,
    int topK,
    int maxNewTokens,
    int pairsPerPrompt,
    int batchSize,
    int maxOutstandingBatches,
    int maxWaitingForPeople,
    String device,
    String dtype,
    int threads) {

  public SamplerConfig {
    require(
        temperature > 0 && temperature <= 100,
        "temperature",
        temperature,
        "use a number above 0, such as 1.0; greedy completions of one prompt are all alike");
    require(topP > 0 && topP <= 1, "top_p", topP, "use a number in (0, 1]; 1 is off");
    require(topK >= 0, "top_k", topK, "use a whole number; 0 is off");
    require(maxNewTokens > 0, "max_new_tokens", maxNewTokens, "use a positive number of tokens");
    require(pairsPerPrompt > 0, "pairs_per_prompt", pairsPerPrompt, "use a positive number");
    require(batchSize > 0, "batch_size", batchSize, "use a positive number of prompts");
    require(
        maxOutstandingBatches >= 2,
        "max_outstanding_batches",
        maxOutstandingBatches,
        "use at least 2, or the loop would stall");
    require(
        maxWaitingForPeople > 0,
        "max_waiting_for_people",
        maxWaitingForPeople,
        "use a positive number of pairs");
    require(device.matches("cpu|cuda(:\\d+)?"), "device", device, "use cpu, cuda or cuda:N");
    require(dtype.matches("float32|bfloat16"), "dtype", dtype, "use float32 or bfloat16");
    require(threads > 0, "threads", threads, "use a positive number");
  }

  /** The defaults, for a configuration without a sampler section. */
  public static SamplerConfig defaults() {
    return new SamplerConfig(
        0, 1.0, 1.0, 0, 128, 1, 16, 2, 1000, "cpu", "float32", availableProcessors());
  }

  private static int availableProcessors() {
    return Runtime.getRuntime().availableProcessors();
  }

  private static void require(boolean holds, String key, Object value, String fix) {
    if (!holds) {
      throw new UserException("sampler.%s: %s is not possible; %s".formatted(key, value, fix));
    }
  }
}
