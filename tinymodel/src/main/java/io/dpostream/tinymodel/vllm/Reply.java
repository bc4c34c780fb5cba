package io.dpostream.tinymodel.vllm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What a server answers: a status and a body. */
record Reply(int status, String body) {
  private static final ObjectMapper JSON = new ObjectMapper();

  static Reply ok(JsonNode json) {
    return new Reply(200, json.toString());
  }

  static Reply error(int status, String type, String message) {
    ObjectNode json = JSON.createObjectNode();
    json.putObject("error").put("message", message).put("type", type).put("code", status);
    return new Reply(status, json.toString());
  }

  static Reply unauthorized() {
    return new Reply(401, "{\"error\":\"Unauthorized\"}");
  }

  /** No such path: how vLLM answers where a flag is off. */
  static Reply notFound() {
    return new Reply(404, "{\"detail\":\"Not Found\"}");
  }
}
