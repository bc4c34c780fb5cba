package io.dpostream.policy.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.dpostream.policy.TestData;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Chat templates of public models; expected texts: transformers 5.23. */
class PublicTemplatesTest {
  private static final JsonMapper JSON = new JsonMapper();

  @Test
  void shouldRenderEveryPublicTemplateByteForByte() throws IOException {
    JsonNode data = JSON.readTree(TestData.path("chat_templates/renderings.json").toFile());
    List<String> different = new ArrayList<>();
    int compared = 0;
    for (JsonNode expected : data.get("cases")) {
      String name = expected.get("name").asText();
      JsonNode model = data.get("templates").get(name);
      String text;
      try {
        text = render(model, expected);
      } catch (TemplateException e) {
        text = null;
      }
      if (!String.valueOf(text).equals(expected.path("text").asText("null"))) {
        different.add(name + ": " + text);
      }
      compared++;
    }

    assertThat(different).isEmpty();
    assertThat(compared).isEqualTo(518);
  }

  private static String render(JsonNode model, JsonNode expected) {
    @SuppressWarnings("unchecked")
    Map<String, @Nullable Object> variables =
        new HashMap<>(JSON.convertValue(model.get("tokens"), Map.class));
    variables.put("messages", JSON.convertValue(expected.get("messages"), List.class));
    variables.put("add_generation_prompt", expected.get("add_generation_prompt").asBoolean());
    variables.put("tools", null);
    variables.put("documents", null);
    return JinjaTemplate.parse(model.get("template").asText(), Clock.systemUTC()).render(variables);
  }
}
