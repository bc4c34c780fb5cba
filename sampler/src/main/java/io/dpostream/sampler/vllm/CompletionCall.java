package io.dpostream.sampler.vllm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dpostream.policy.model.Generation;
import io.dpostream.sampler.vllm.VllmException.Kind;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * One call of {@code POST /v1/completions}: token ids in, token ids out. Every parameter of the
 * distribution is set, so that no default of the server or of the model's folder takes part.
 *
 * @param prompt token ids
 * @param seed of the draws, not negative: vLLM takes -1 for none
 * @param most tokens of the completion
 * @param eosTokenIds tokens that end it
 * @param vocabSize ids are below it
 */
@SuppressWarnings("ArrayRecordComponent") // neither compared nor shared
record CompletionCall(int[] prompt, long seed, int most, Set<Integer> eosTokenIds, int vocabSize) {
  private static final double ROUNDING = 1e-4;

  /** What vLLM writes for a probability of 0, which no drawn token has. */
  private static final double IMPOSSIBLE = -9999;

  /** The longest sequence that it may come to, in tokens. */
  int longest() {
    return prompt.length + most;
  }

  /** The body of the request. */
  ObjectNode body(Placement placement) {
    ObjectNode body = VllmHttp.JSON.createObjectNode().put("model", placement.model());
    ArrayNode ids = body.putArray("prompt");
    Arrays.stream(prompt).forEach(ids::add);
    body.put("max_tokens", most)
        .put("n", 1)
        .put("seed", seed)
        .put("temperature", 1)
        .put("top_p", 1)
        .put("top_k", 0)
        .put("min_p", 0)
        .put("repetition_penalty", 1)
        .put("presence_penalty", 0)
        .put("frequency_penalty", 0)
        .put("logprobs", 0)
        .put("return_token_ids", true)
        .put("return_tokens_as_token_ids", true)
        .put("return_weight_versions", true);
    ArrayNode stops = body.putArray("stop_token_ids");
    eosTokenIds.stream().sorted().forEach(stops::add);
    return body;
  }

  /**
   * The sample in an answer.
   *
   * @throws VllmException when there is none, or it is not what was asked for
   */
  Generation sample(JsonNode answer, Placement placement) {
    JsonNode choice = answer.path("choices").path(0);
    checkWeights(answer, choice, placement);
    int[] ids = ids(choice.path("token_ids"), "token_ids");
    if (!Arrays.equals(ids(choice.path("prompt_token_ids"), "prompt_token_ids"), prompt)) {
      throw useless("answered to another prompt than was asked");
    }
    boolean stopped = checkEnd(choice.path("finish_reason").asText(""), ids);
    float[] logprobs = logprobs(choice.path("logprobs").path("token_logprobs"), ids.length);
    // At temperature 1 and with nothing cut off, the policy is the distribution drawn from.
    return new Generation(ids, logprobs, logprobs, stopped);
  }

  private void checkWeights(JsonNode answer, JsonNode choice, Placement placement) {
    if (!choice.isObject()) {
      throw useless("answered what is no completion: " + answer);
    }
    String model = answer.path("model").asText("");
    if (!model.equals(placement.model())) {
      throw new VllmException(
          Kind.OTHER_WEIGHTS, "answered by " + model + " for " + placement.model());
    }
    placement.label().ifPresent(label -> checkLabel(choice.path("weight_versions"), label));
  }

  private static void checkLabel(JsonNode spans, String label) {
    if (!spans.isArray() || spans.isEmpty()) {
      throw unfit(
          "does not say which weights wrote a completion (weight_versions); it takes vLLM 0.33 or"
              + " newer, or sync: adapter");
    }
    for (JsonNode span : spans) {
      String version = span.path("version").asText("");
      if (!version.equals(label)) {
        throw new VllmException(
            Kind.OTHER_WEIGHTS, "answered by weights " + version + " for " + label);
      }
    }
  }

  /** Returns whether it ended by itself, not at its limit. */
  private boolean checkEnd(String reason, int[] ids) {
    if (!reason.equals("stop") && !reason.equals("length")) {
      throw useless("ended a completion for the reason '" + reason + "'"); // abort, error
    }
    OptionalInt end =
        IntStream.range(0, ids.length).filter(i -> eosTokenIds.contains(ids[i])).findFirst();
    boolean stopped = end.isPresent();
    if (ids.length == 0 || ids.length > most || (stopped && end.getAsInt() < ids.length - 1)) {
      throw useless(
          "wrote %d tokens of at most %d, the first end at %s"
              .formatted(ids.length, most, stopped ? "" + end.getAsInt() : "none"));
    }
    if (!stopped && ids.length < most) {
      throw unfit(
          "ended a completion (%s) after %d of %d tokens and before an end of the model; start it"
                  .formatted(reason, ids.length, most)
              + " with --generation-config vllm");
    }
    return stopped;
  }

  private int[] ids(JsonNode array, String name) {
    if (!array.isArray()) {
      throw unfit("gave no " + name + ", as newer releases of vLLM do");
    }
    int[] ids = new int[array.size()];
    for (int i = 0; i < ids.length; i++) {
      JsonNode id = array.get(i);
      if (!id.isIntegralNumber() || id.asLong() < 0 || id.asLong() >= vocabSize) {
        throw useless(
            "gave %s in %s, which is outside the vocabulary of %d".formatted(id, name, vocabSize));
      }
      ids[i] = id.intValue();
    }
    return ids;
  }

  private static float[] logprobs(JsonNode array, int tokens) {
    if (!array.isArray() || array.size() != tokens) {
      throw useless("gave %d log-probabilities for %d tokens".formatted(array.size(), tokens));
    }
    float[] logprobs = new float[tokens];
    for (int i = 0; i < tokens; i++) {
      JsonNode value = array.get(i);
      double logprob = value.isNumber() ? value.doubleValue() : Double.NaN;
      if (!(logprob <= ROUNDING) || logprob <= IMPOSSIBLE) {
        throw unfit(
            "gave %s as a log-probability; start it with --logprobs-mode raw_logprobs"
                .formatted(value));
      }
      logprobs[i] = (float) Math.min(logprob, 0);
    }
    return logprobs;
  }

  private static VllmException unfit(String what) {
    return new VllmException(Kind.UNFIT, what);
  }

  private static VllmException useless(String what) {
    return new VllmException(Kind.USELESS_ANSWER, what);
  }
}
