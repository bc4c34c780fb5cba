package io.dpostream.judge.assembler;

import static io.dpostream.judge.Votes.human;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dpostream.judge.Examples;
import io.dpostream.judge.PlainAvro;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.OutcomeKind;
import io.dpostream.schemas.PairOutcome;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.VerdictKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The 999 items of PandaLM's test set with three annotators each: 422 have a majority for the first
 * response, 472 for the second, and 105 for neither (counted from the file with a few lines of
 * Python).
 */
class PandaLmTest {
  private static final List<VerdictKind> LABELS =
      List.of(VerdictKind.TIE, VerdictKind.FIRST, VerdictKind.SECOND);

  private record Event(String topic, String key, SpecificRecord value) {}

  @ParameterizedTest
  @ValueSource(longs = {1})
  void shouldGiveThePublishedMajoritiesInAnyOrderWithRepeats(long seed) throws IOException {
    String data = System.getProperty("dpo.test.data", "");
    assumeTrue(!data.isEmpty(), "set dpo.test.data to the folder with votes/pandalm");
    KafkaSettings settings = PlainAvro.settings();
    Map<String, CompletionPair> pairs = new HashMap<>();
    List<Event> events = events(Path.of(data, "votes/pandalm/testset-v1.json"), settings, pairs);
    Random random = new Random(seed);
    events.addAll(events.stream().filter(e -> random.nextInt(3) == 0).toList());
    Collections.shuffle(events, random);

    List<PairOutcome> outcomes;
    List<Preference> preferences;
    Properties properties = new Properties();
    properties.putAll(Map.of("application.id", "a", "bootstrap.servers", "none:1"));
    try (TopologyTestDriver driver =
        new TopologyTestDriver(
            AssemblerTopology.build(
                settings,
                Configs.of("majority", 3).build(),
                PairPartitioning.of(1, 1),
                AssemblerListener.NONE),
            properties,
            Instant.EPOCH)) {
      Map<String, TestInputTopic<byte[], byte[]>> inputs = new HashMap<>();
      for (Event event : events) {
        inputs
            .computeIfAbsent(
                event.topic,
                t ->
                    driver.createInputTopic(
                        t, new ByteArraySerializer(), new ByteArraySerializer()))
            .pipeInput(
                event.key.getBytes(StandardCharsets.UTF_8),
                new PlainAvro.Serializer().serialize(event.topic, event.value));
      }
      var topics = settings.topics();
      outcomes =
          driver
              .createOutputTopic(
                  topics.outcomes().name(),
                  new StringDeserializer(),
                  settings.serde(topics.outcomes()).deserializer())
              .readValuesToList();
      preferences =
          driver
              .createOutputTopic(
                  topics.preferences().name(),
                  new StringDeserializer(),
                  settings.serde(topics.preferences()).deserializer())
              .readValuesToList();
    }

    assertThat(outcomes).hasSize(999);
    assertThat(outcomes.stream().filter(o -> o.getOutcome() == OutcomeKind.TIE)).hasSize(105);
    assertThat(preferences).hasSize(894);
    long first =
        preferences.stream()
            .filter(p -> p.getChosen().equals(pairs.get(p.getPairId()).getFirst()))
            .count();
    assertThat(first).isEqualTo(422);
    assertThat(preferences.size() - first).isEqualTo(472);
  }

  private static List<Event> events(
      Path file, KafkaSettings settings, Map<String, CompletionPair> pairs) throws IOException {
    String pairTopic = settings.topics().completionPairs().name();
    String judgmentTopic = settings.topics().judgments().name();
    List<Event> events = new ArrayList<>();
    for (JsonNode item : new ObjectMapper().readTree(file.toFile())) {
      // equal responses stand in the file too: a mark keeps the sides apart
      CompletionPair pair =
          Examples.pair(
              "pandalm-" + item.get("idx").asInt(),
              Examples.prompt(item.get("instruction").asText() + "\n" + item.get("input").asText()),
              "1: " + item.get("response1").asText(),
              "2: " + item.get("response2").asText());
      pairs.put(pair.getPairId(), pair);
      events.add(new Event(pairTopic, pair.getPairId(), pair));
      for (String annotator : List.of("annotator1", "annotator2", "annotator3")) {
        VerdictKind verdict = LABELS.get(item.get(annotator).asInt());
        events.add(new Event(judgmentTopic, pair.getPairId(), human(pair, annotator, verdict)));
      }
    }
    return events;
  }
}
