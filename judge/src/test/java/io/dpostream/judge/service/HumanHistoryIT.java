package io.dpostream.judge.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dpostream.broker.Ports;
import io.dpostream.judge.Examples;
import io.dpostream.judge.Wire;
import io.dpostream.kafka.Topics;
import io.dpostream.kafka.serde.RecordEncoder;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.OutcomeKind;
import io.dpostream.schemas.PairOutcome;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A human judge that starts after weeks of pairs. */
@Execution(ExecutionMode.CONCURRENT)
class HumanHistoryIT {
  /** A pair a minute. Decoded, they are more than the heap of {@link JudgeMain} holds. */
  private static final int PAIRS = 30_000;

  private static final int AT_ONCE = 3_000;
  private static final String ANSWER = "word ".repeat(200);

  private final Instant start = Instant.now().minus(Duration.ofMinutes(PAIRS));

  @TempDir Path dir;

  @Test
  void shouldStartWithoutHoldingWhatIsOver() throws Exception {
    Wire wire = new Wire("history");
    for (int first = 0; first < PAIRS; first += AT_ONCE) {
      wire.write(history(wire, first, first + AT_ONCE));
    }
    Path annotators = Files.writeString(dir.resolve("annotators"), "ann: ann-0123456789abc");
    int port = Ports.free().registry();
    Map<String, Object> people =
        Map.of("id", "people", "type", "human", "port", port, "annotators", "" + annotators);
    Process process =
        JudgeMain.launch(wire.settings(), "0", List.of(people), dir.resolve("judge.log"));
    try {
      await()
          .atMost(Duration.ofSeconds(90))
          .ignoreExceptions()
          .untilAsserted(() -> assertThat(health(port)).isEqualTo("open"));
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  /** Pairs, and their outcomes half a minute later. */
  private List<ProducerRecord<byte[], byte[]>> history(Wire wire, int from, int to) {
    RecordEncoder encoder = wire.settings().encoder();
    Topics topics = wire.settings().topics();
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = from; i < to; i++) {
      String id = "p" + i;
      Instant sampled = start.plus(Duration.ofMinutes(i));
      Instant decided = sampled.plusSeconds(30);
      CompletionPair pair =
          Examples.pair(id, Examples.prompt("Prompt"), ANSWER + i, ANSWER + ANSWER + i);
      PairOutcome outcome =
          PairOutcome.newBuilder()
              .setPairId(id)
              .setRunId(pair.getRunId())
              .setContentHash(pair.getContentHash())
              .setOutcome(OutcomeKind.TIE)
              .setReason("first verdict, by rule")
              .setPolicyVersion(pair.getPolicyVersion())
              .setDecidedAt(decided)
              .build();
      records.add(at(sampled, encoder.encode(topics.completionPairs(), id, pair)));
      records.add(at(decided, encoder.encode(topics.outcomes(), id, outcome)));
    }
    return records;
  }

  private static ProducerRecord<byte[], byte[]> at(
      Instant time, ProducerRecord<byte[], byte[]> record) {
    return new ProducerRecord<>(
        record.topic(), null, time.toEpochMilli(), record.key(), record.value(), record.headers());
  }

  private static String health(int port) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health")).build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
  }
}
