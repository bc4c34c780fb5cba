package io.dpostream.tinymodel.vllm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dpostream.policy.model.Generation;
import io.dpostream.policy.model.GenerationRequest;
import io.dpostream.policy.model.SamplingOptions;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** Reads the requests of {@code /v1/completions} and writes the answers, with their faults. */
final class Completing {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double LEAKED_TEMPERATURE = 0.2;

  private Completing() {}

  static boolean is(Optional<Fault> fault, Fault kind) {
    return fault.filter(kind::equals).isPresent();
  }

  static Optional<Reply> refusal(JsonNode body, StandInEngine engine, int maxLength) {
    int vocabulary = engine.base().config().vocabSize();
    for (JsonNode id : body.path("prompt")) {
      if (id.asInt() >= vocabulary) {
        String message = "Token id " + id + " is out of vocabulary";
        return Optional.of(Reply.error(400, "BadRequestError", message));
      }
    }
    int most = body.path("max_tokens").asInt(16);
    if (body.path("prompt").size() + most > maxLength) {
      String message = "max_tokens=%d is too large: max_model_len=%d".formatted(most, maxLength);
      return Optional.of(Reply.error(400, "BadRequestError", message));
    }
    return Optional.empty();
  }

  /** Unseeded requests draw anew each time. */
  static GenerationRequest request(JsonNode body) {
    long seed = body.path("seed").asLong(-1);
    return new GenerationRequest(
        ids(body), seed == -1 ? ThreadLocalRandom.current().nextLong() : seed);
  }

  private static int[] ids(JsonNode body) {
    JsonNode prompt = body.path("prompt");
    int[] ids = new int[prompt.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = prompt.get(i).asInt();
    }
    return ids;
  }

  /** What a request leaves open comes from the model's folder. */
  static SamplingOptions options(JsonNode body, StandInEngine engine) {
    Set<Integer> stops = new HashSet<>(engine.base().config().eosTokenIds());
    body.path("stop_token_ids").forEach(id -> stops.add(id.asInt()));
    return new SamplingOptions(
        body.path("temperature").asDouble(LEAKED_TEMPERATURE),
        body.path("top_p").asDouble(0.5),
        body.path("top_k").asInt(2),
        body.path("max_tokens").asInt(16),
        stops);
  }

  static Reply answer(
      JsonNode body, String name, String label, Generation written, Optional<Fault> f) {
    if (is(f, Fault.FAIL)) {
      return Reply.error(500, "InternalServerError", "Internal server error");
    }
    if (is(f, Fault.REFUSE)) {
      return Reply.error(400, "BadRequestError", "This server refuses that");
    }
    if (is(f, Fault.NONSENSE) || is(f, Fault.PAGE)) {
      return new Reply(200, is(f, Fault.PAGE) ? "<html>gateway</html>" : "{\"choices\": 7}");
    }
    ObjectNode json = JSON.createObjectNode().put("object", "text_completion");
    json.put("model", is(f, Fault.OTHER_MODEL) ? name + "-2" : name);
    ObjectNode choice = json.putArray("choices").addObject().put("index", 0).put("text", "");
    String end = written.stopped() ? "stop" : "length";
    choice.put("finish_reason", is(f, Fault.ABORT) ? "abort" : end);
    int count = written.tokenIds().length - (is(f, Fault.SHORT) ? 1 : 0);
    if (body.path("return_token_ids").asBoolean()) {
      ArrayNode prompt = choice.putArray("prompt_token_ids");
      body.path("prompt").forEach(prompt::add);
      if (is(f, Fault.OTHER_PROMPT)) {
        prompt.remove(0);
      }
      ArrayNode ids = choice.putArray("token_ids");
      for (int i = 0; i < count; i++) {
        ids.add(written.tokenIds()[i]);
      }
    }
    if (body.has("logprobs")) {
      ArrayNode values = choice.putObject("logprobs").putArray("token_logprobs");
      for (int i = 0; i < count; i++) {
        values.add(written.logprobs()[i] + (is(f, Fault.LOGITS) ? 20 : 0));
      }
    }
    if (body.path("return_weight_versions").asBoolean() && !is(f, Fault.NO_LABEL)) {
      ArrayNode spans = choice.putArray("weight_versions");
      int last = is(f, Fault.OTHER_LABEL) ? count - 1 : count;
      spans.addObject().put("version", label).put("start", 0).put("end", last);
      if (last < count) {
        spans.addObject().put("version", "another").put("start", last).put("end", count);
      }
    }
    return Reply.ok(json);
  }
}
