package io.dpostream.judge.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dpostream.judge.Examples;
import io.dpostream.judge.Judges;
import io.dpostream.judge.PairShare;
import io.dpostream.judge.Wire;
import io.dpostream.judge.assembler.AssemblerConfig;
import io.dpostream.judge.assembler.AssemblerMain;
import io.dpostream.judge.assembler.AssemblerService;
import io.dpostream.kafka.DeadLetters;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.OutcomeKind;
import io.dpostream.schemas.PairOutcome;
import io.dpostream.schemas.VerdictKind;
import io.dpostream.settings.RecordCopy;
import io.dpostream.testing.Background;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Judges on a real broker. Its tests mostly wait, so they run side by side. */
@Execution(ExecutionMode.CONCURRENT)
class JudgeServiceIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir static Path dir;

  @Test
  void shouldJudgeEveryPairOnceAcrossRestartsEachJudgeItsShare() {
    Wire wire = new Wire("tx");
    List<Map<String, Object>> judges =
        List.of(
            Map.of("id", "few", "type", "random", "share", 0.2),
            Map.of("id", "most", "type", "random", "share_from", 0.2));

    wire.write(pairs(wire), some("a", 300), CompletionPair::getPairId);
    try (Running service = new Running(config(judges, "0"), wire)) {
      await().atMost(PATIENCE).until(() -> judgments(wire).size() >= 300);
    }
    wire.write(pairs(wire), some("b", 300), CompletionPair::getPairId);
    try (Running service = new Running(config(judges, "1"), wire)) {
      await().atMost(PATIENCE).until(() -> judgments(wire).size() >= 600);
    }

    List<Judgment> all = judgments(wire);
    assertThat(all).extracting(Judgment::getPairId).doesNotHaveDuplicates().hasSize(600);
    assertThat(all)
        .allSatisfy(
            j ->
                assertThat(j.getJudgeId())
                    .isEqualTo(PairShare.position(j.getPairId()) < 0.2 ? "few" : "most"));
  }

  @Test
  void shouldAbstainWithTheReasonWhenAJudgeKeepsFailing() {
    Wire wire = new Wire("abstain");
    wire.write(pairs(wire), some("flaky", 5), CompletionPair::getPairId);
    wire.write(pairs(wire), some("poison", 2), CompletionPair::getPairId);

    List<Map<String, Object>> judge =
        List.of(Map.of("id", "s", "type", "scripted", "delivery", "transactions"));
    try (Running service = new Running(config(judge, "0"), wire)) {
      await().atMost(PATIENCE).until(() -> judgments(wire).size() >= 7);
    }

    assertThat(judgments(wire).stream().filter(j -> j.getPairId().startsWith("flaky")))
        .hasSize(5)
        .allMatch(j -> j.getVerdict() == VerdictKind.FIRST && j.getConfidence() == 0.9);
    assertThat(judgments(wire).stream().filter(j -> j.getPairId().startsWith("poison")))
        .hasSize(2)
        .allMatch(j -> j.getVerdict() == VerdictKind.ABSTAIN && j.getConfidence() == 0.5)
        .allMatch(
            j ->
                j.getRationale()
                    .orElseThrow()
                    .equals(
                        "judge s failed 3 times: java.lang.IllegalStateException: no answer from"
                            + " the model"));
  }

  @Test
  void shouldStopWithTheReasonWhenAJudgeDoes() {
    Wire wire = new Wire("stop");
    wire.write(pairs(wire), some("overflow", 1), CompletionPair::getPairId);
    JudgeConfig broken = config(List.of(Map.of("id", "s", "type", "scripted")), "0");

    try (JudgeService service = new JudgeService(broken, wire.settings())) {
      assertThat(Background.run(service::run))
          .failsWithin(PATIENCE)
          .withThrowableThat()
          .havingCause()
          .withMessage("judge s stops: java.lang.StackOverflowError: too deep");
    }
  }

  @Test
  void shouldWorkInParallelOnOnePartitionUnderLocksLongerThanTheyLast() {
    // 40 pairs of 2 s each would take 80 s one by one; one worker dies, its pairs go to the other
    Wire wire = new Wire("share");
    List<Map<String, Object>> slow =
        List.of(
            Map.of(
                "id",
                "slow",
                "type",
                "scripted",
                "delay_ms",
                2000,
                "delivery",
                "share_group",
                "concurrency",
                5));
    try (Running first = new Running(config(slow, "0"), wire);
        Running second = new Running(config(slow, "1"), wire)) {
      wire.write(pairs(wire), some("p", 40), CompletionPair::getPairId);
      await().atMost(PATIENCE).until(() -> first.written() >= 2 && second.written() >= 2);
      first.close();
      await().atMost(PATIENCE).until(() -> distinct(wire) == 40);
      assertThat(second.written()).isLessThan(40);
    }

    assertThat(judgments(wire)).hasSize(40);
    assertThat(wire.records(wire.settings().topics().deadLetters())).isEmpty();
  }

  @Test
  void shouldGiveUpAPairThatFailsRepeatedlyWithItsReason() {
    Wire wire = new Wire("dead");
    wire.write(pairs(wire), some("flaky", 3), CompletionPair::getPairId);
    wire.write(pairs(wire), some("poison", 1), CompletionPair::getPairId);
    List<Map<String, Object>> judge =
        List.of(Map.of("id", "s", "type", "scripted", "delivery", "share_group"));

    try (Running service = new Running(config(judge, "0"), wire)) {
      await().atMost(PATIENCE).until(() -> distinct(wire) == 4);
    }

    assertThat(wire.records(wire.settings().topics().deadLetters()))
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(new String(letter.key(), StandardCharsets.UTF_8)).isEqualTo("poison-0");
              assertThat(header(letter, DeadLetters.ERROR))
                  .startsWith("judge s failed 3 times: java.lang.IllegalStateException: no answer");
              assertThat(header(letter, DeadLetters.SOURCE_TOPIC))
                  .isEqualTo("dead.completion-pairs");
            });
    assertThat(judgments(wire))
        .filteredOn(j -> j.getPairId().equals("poison-0"))
        .singleElement()
        .satisfies(j -> assertThat(j.getVerdict()).isEqualTo(VerdictKind.ABSTAIN));
  }

  @Test
  void shouldHoldALockForAsLongAsTheJudgeThinks() {
    // the lock lasts 15 s, the broker's least; the judge takes 18
    Wire wire = new Wire("lock");
    wire.write(pairs(wire), some("p", 1), CompletionPair::getPairId);
    List<Map<String, Object>> judge =
        List.of(
            Map.of(
                "id",
                "s",
                "type",
                "scripted",
                "delay_ms",
                18_000,
                "delivery",
                "share_group",
                "concurrency",
                1));

    try (Running service = new Running(config(judge, "0"), wire);
        Running other = new Running(config(judge, "1"), wire)) {
      await().atMost(PATIENCE).until(() -> distinct(wire) == 1);
      assertThat(service.written() + other.written()).isEqualTo(1);
    }
  }

  /** Three failures give a pair up; four judges that are stopped while they think do not. */
  @Test
  void shouldNotTakeAStopForAFailure() {
    Wire wire = new Wire("stopped");
    wire.write(pairs(wire), some("stopped", 1), CompletionPair::getPairId);
    for (int stopped = 0; stopped < 4; stopped++) {
      int before = ScriptedJudgeFactory.hanging("stopped-0");
      try (Running thinking = new Running(config(JudgeMain.scripted(true), "0"), wire)) {
        await().atMost(PATIENCE).until(() -> ScriptedJudgeFactory.hanging("stopped-0") > before);
        assertThat(thinking.written()).isZero();
      }
    }

    try (Running judging = new Running(config(JudgeMain.scripted(false), "0"), wire)) {
      await().atMost(PATIENCE).until(() -> judging.written() == 1);
    }
    assertThat(judgments(wire))
        .singleElement()
        .satisfies(j -> assertThat(j.getVerdict()).isEqualTo(VerdictKind.FIRST));
    assertThat(wire.records(wire.settings().topics().deadLetters())).isEmpty();
  }

  /**
   * The judge of the first process never answers, so it holds pairs when it is killed. Its locks
   * run out, and another process judges every pair; the assembler makes one outcome of each.
   */
  @Test
  void shouldJudgeThePairsOfAKilledProcessInAnother() throws Exception {
    Wire wire = new Wire("killed");
    Process killed =
        JudgeMain.launch(
            wire.settings(), "first", JudgeMain.scripted(true), dir.resolve("judge.log"));
    wire.write(pairs(wire), some("p", 12), CompletionPair::getPairId);
    await().atMost(PATIENCE).until(() -> held() >= 10);
    killed.destroyForcibly().waitFor();

    try (Running next = new Running(JudgeMain.config("next", JudgeMain.scripted(false)), wire);
        Assembling assembling = new Assembling(wire)) {
      await().atMost(PATIENCE).until(() -> distinct(wire) == 12);
      await().atMost(PATIENCE).until(() -> outcomes(wire).size() >= 12);
      assertThat(next.written()).isEqualTo(12);
    }

    assertThat(outcomes(wire))
        .extracting(PairOutcome::getPairId)
        .doesNotHaveDuplicates()
        .hasSize(12);
    assertThat(outcomes(wire)).allMatch(o -> o.getOutcome() == OutcomeKind.PREFERRED);
    assertThat(wire.records(wire.settings().topics().deadLetters())).isEmpty();
  }

  @Test
  void shouldGiveUpAPairOnWhichTheJudgeHangs() {
    Wire wire = new Wire("hang");
    wire.write(pairs(wire), some("hang", 1), CompletionPair::getPairId);
    wire.write(pairs(wire), some("fine", 5), CompletionPair::getPairId);
    Map<String, Object> judge =
        Map.of("id", "s", "type", "scripted", "delivery", "share_group", "concurrency", 2);
    JudgeConfig impatient = RecordCopy.with(config(List.of(judge), "0"), "verdictTimeoutMs", 500L);

    try (Running service = new Running(impatient, wire)) {
      await().atMost(PATIENCE).until(() -> distinct(wire) == 6);
      assertThat(service.failures("hang-0")).isEqualTo(3);
    }

    assertThat(wire.records(wire.settings().topics().deadLetters()))
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(new String(letter.key(), StandardCharsets.UTF_8)).isEqualTo("hang-0");
              assertThat(header(letter, DeadLetters.ERROR))
                  .isEqualTo("judge s failed 3 times: no verdict within 500 ms");
            });
    assertThat(judgments(wire))
        .filteredOn(j -> j.getPairId().equals("hang-0"))
        .singleElement()
        .satisfies(j -> assertThat(j.getVerdict()).isEqualTo(VerdictKind.ABSTAIN));
  }

  /** Ten workers of one pair each: at some time all ten are at work, on one partition. */
  @Test
  void shouldHaveTenWorkersAtWorkOnOnePartition() {
    Wire wire = new Wire("ten");
    assertThat(pairs(wire).partitions()).isEqualTo(1);
    wire.write(pairs(wire), some("ten", 100), CompletionPair::getPairId);
    List<Running> workers = new ArrayList<>();
    Map<String, Object> one =
        Map.of(
            "id",
            "s",
            "type",
            "scripted",
            "delay_ms",
            1000,
            "delivery",
            "share_group",
            "concurrency",
            1);
    try {
      for (int i = 0; i < 10; i++) {
        workers.add(new Running(config(List.of(one), "" + i), wire));
      }
      await().atMost(PATIENCE).until(() -> distinct(wire) == 100);
    } finally {
      workers.forEach(Running::close);
    }

    assertThat(ScriptedJudgeFactory.mostInFlight("ten")).isEqualTo(10);
    assertThat(workers).allSatisfy(worker -> assertThat(worker.written()).isBetween(2, 40));
    assertThat(judgments(wire)).extracting(Judgment::getPairId).doesNotHaveDuplicates();
  }

  private static JudgeConfig config(List<Map<String, Object>> judges, String instance) {
    return RecordCopy.with(JudgeMain.config(instance, judges), "verdictTimeoutMs", 60_000L);
  }

  private static List<CompletionPair> some(String name, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> Examples.pair(name + "-" + i, Examples.prompt("p"), "a" + i, "b" + i))
        .toList();
  }

  private static io.dpostream.kafka.Topic<CompletionPair> pairs(Wire wire) {
    return wire.settings().topics().completionPairs();
  }

  private static List<Judgment> judgments(Wire wire) {
    return wire.read(wire.settings().topics().judgments());
  }

  private static long distinct(Wire wire) {
    return judgments(wire).stream().map(Judgment::getJudgmentId).distinct().count();
  }

  private static List<PairOutcome> outcomes(Wire wire) {
    return wire.read(wire.settings().topics().outcomes());
  }

  /** Pairs that the launched process has taken. */
  private static long held() throws IOException {
    return Files.readAllLines(dir.resolve("judge.log")).stream()
        .filter(line -> line.startsWith("hangs on "))
        .count();
  }

  private static String header(ConsumerRecord<?, ?> record, String key) {
    return new String(record.headers().lastHeader(key).value(), StandardCharsets.UTF_8);
  }

  /** An assembler in a thread of this process. */
  private static final class Assembling implements AutoCloseable {
    private final AssemblerService service;
    private final CompletableFuture<Void> run;

    Assembling(Wire wire) {
      AssemblerConfig config = AssemblerMain.config(dir.resolve("state").toString());
      service = new AssemblerService(config, wire.settings());
      run = Background.run(service::run);
    }

    @Override
    public void close() {
      service.close();
      run.join();
    }
  }

  /** A service in a thread of this process. */
  private static final class Running implements AutoCloseable {
    private final Map<String, Judgment> written = new ConcurrentHashMap<>();
    private final Map<String, Integer> failures = new ConcurrentHashMap<>();
    private final JudgeService service;
    private final CompletableFuture<Void> run;

    Running(JudgeConfig config, Wire wire) {
      JudgeListener listener =
          new JudgeListener() {
            @Override
            public void judged(Judgment judgment) {
              written.put(judgment.getJudgmentId(), judgment);
            }

            @Override
            public void failed(String judgeId, String pairId, Throwable cause) {
              failures.merge(pairId, 1, Integer::sum);
            }
          };
      service =
          new JudgeService(
              config,
              Duration.ZERO,
              wire.settings(),
              Judges.onClassPath(),
              listener,
              Clock.systemUTC());
      run = Background.run(service::run);
    }

    int written() {
      return written.size();
    }

    int failures(String pairId) {
      return failures.getOrDefault(pairId, 0);
    }

    @Override
    public void close() {
      service.close();
      run.join();
    }
  }
}
