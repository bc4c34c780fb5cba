package io.dpostream.pipeline.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.dpostream.settings.SettingsKey;
import io.dpostream.settings.SettingsTree;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every key of every section is set to something else than its default and read back. A new key
 * fails this until it has a line in {@code every-key.yaml}.
 */
class EveryKeyTest {
  /** Keys that refuse to stand beside others of the file. */
  private static final List<String> APART =
      List.of(
          "trainer: {f_divergence_type: alpha_divergence, f_alpha_divergence_coef: 0.4}",
          "trainer: {max_staleness: 3, stale_pairs: weight}",
          "trainer: {precompute_ref_log_probs: true}",
          "sampler: {pairs_per_prompt: 2}",
          "sampler: {engine: vllm, vllm: {base_urls: [http://gpu:8000], api_key_env: VLLM_KEY,"
              + " sync: adapter, tolerance: 0.25, timeout_ms: 61, load_timeout_ms: 62, max_concurrency: 63,"
              + " max_attempts: 64, retry_backoff_ms: 65}}");

  private static final JsonNode DEFAULTS = SettingsTree.of(Settings.defaults());

  static List<String> sections() {
    return Settings.keys().stream().map(ConfigurationDocument::section).distinct().toList();
  }

  @ParameterizedTest
  @MethodSource("sections")
  void shouldReadEveryKeyAsItIsWritten(String section) throws IOException {
    Set<String> keys =
        Settings.keys().stream()
            .filter(key -> ConfigurationDocument.section(key).equals(section))
            .map(SettingsKey::path)
            .collect(Collectors.toSet());

    for (String yaml : documents()) {
      JsonNode written = YAMLMapper.builder().build().readTree(yaml);
      JsonNode read = SettingsTree.of(Settings.reader().yaml(yaml, "every key").read());
      for (String key : List.copyOf(keys)) {
        if (!at(written, key).isMissingNode()) {
          assertThat(holds(at(read, key), at(written, key))).as(key + " is read").isTrue();
          assertThat(holds(at(DEFAULTS, key), at(written, key))).as(key + " is new").isFalse();
          keys.remove(key);
        }
      }
    }

    assertThat(keys).as("keys that no document sets").isEmpty();
  }

  private static List<String> documents() throws IOException {
    try (InputStream in = EveryKeyTest.class.getResourceAsStream("every-key.yaml")) {
      String together = new String(requireNonNull(in).readAllBytes(), UTF_8);
      return Stream.concat(Stream.of(together), APART.stream()).toList();
    }
  }

  private static JsonNode at(JsonNode tree, String key) {
    return tree.at("/" + key.replace("[]", ".0").replace('.', '/'));
  }

  /** Whether a value is as it was written; a map may hold defaults besides. */
  private static boolean holds(JsonNode value, JsonNode written) {
    if (written.isObject()) {
      return written.properties().stream()
          .allMatch(entry -> holds(value.path(entry.getKey()), entry.getValue()));
    }
    if (written.isArray()) {
      return value.size() == written.size()
          && IntStream.range(0, written.size()).allMatch(i -> holds(value.get(i), written.get(i)));
    }
    return written.isNumber() && value.isNumber()
        ? value.decimalValue().compareTo(written.decimalValue()) == 0
        : value.asText().equals(written.asText());
  }
}
