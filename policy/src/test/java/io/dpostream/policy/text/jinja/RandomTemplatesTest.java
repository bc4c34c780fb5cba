package io.dpostream.policy.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Expected texts: Jinja2 3.1.6, by benchmarks/peers/jinja/random_templates.py 1 4000. */
@Execution(ExecutionMode.CONCURRENT)
class RandomTemplatesTest {
  private static final JsonMapper JSON = new JsonMapper();

  @Test
  void shouldRenderWhatJinjaRendersAndFailWhereItFails() throws IOException {
    List<String> lines = lines();
    @SuppressWarnings("unchecked")
    Map<String, Object> variables =
        JSON.convertValue(JSON.readTree(lines.get(0)).get("variables"), Map.class);

    List<String> different = new ArrayList<>();
    int equal = 0;
    int refused = 0;
    for (String line : lines.subList(1, lines.size())) {
      JsonNode row = JSON.readTree(line);
      String template = row.get("template").asText();
      try {
        String text = JinjaTemplate.parse(template, Clock.systemUTC()).render(variables);
        if (row.get("text").isTextual() && text.equals(row.get("text").asText())) {
          equal++;
        } else {
          different.add(template + "\n  expected " + row.get("text") + "\n  was      " + text);
        }
      } catch (TemplateException e) {
        refused++;
        if (row.get("text").isNull()) {
          equal++;
          refused--;
        }
      }
    }

    assertThat(different).as("rendered differently, or where Jinja fails").isEmpty();
    assertThat(refused).as("rendered by Jinja, refused here").isLessThan(lines.size() / 40);
    assertThat(equal).isGreaterThan(3500);
  }

  private static List<String> lines() throws IOException {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                RandomTemplatesTest.class.getResourceAsStream("/random_templates.jsonl"),
                StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    }
  }
}
