package io.dpostream.policy.model;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.StreamSupport;

/** karpathy's stories260K and the outputs of its original; tests are skipped where it is not. */
final class Stories {
  private Stories() {}

  static Path folder() {
    String data = System.getProperty("dpo.test.data", "");
    assumeFalse(data.isEmpty(), "needs -Ddpo.test.data, the folder with models/stories260K");
    return Path.of(data, "models", "stories260K");
  }

  static JsonNode golden() throws IOException {
    return new ObjectMapper().readTree(folder().resolve("golden_logits.json").toFile());
  }

  static int[] ids(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
  }
}
