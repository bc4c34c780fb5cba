package io.dpostream.judge.assembler;

import static io.dpostream.judge.Votes.human;
import static io.dpostream.judge.Votes.superseding;
import static io.dpostream.judge.Votes.vote;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dpostream.judge.Examples;
import io.dpostream.judge.PlainAvro;
import io.dpostream.kafka.DeadLetters;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.JudgeKind;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.OutcomeKind;
import io.dpostream.schemas.PairOutcome;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.VerdictKind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The driver has one task, 0, and everything comes from partition 0. With one task that keeps pairs
 * it is where they belong; with two it is for some; and with inputs of more partitions than tasks
 * all take the internal topic.
 */
@ParameterizedClass(name = "{0} tasks, {1} input partitions")
@CsvSource({"1, 1", "2, 1", "1, 2"})
class AssemblerTopologyTest {
  private static final CompletionPair PAIR = pair("pair-1", "better", "worse");

  @Parameter(0)
  int tasks;

  @Parameter(1)
  int inputPartitions;

  private final KafkaSettings settings = PlainAvro.settings();
  private final List<String> late = new ArrayList<>();
  private TopologyTestDriver driver;
  private TestInputTopic<byte[], byte[]> pairs;
  private TestInputTopic<byte[], byte[]> judgments;
  private TestOutputTopic<String, Preference> preferences;
  private TestOutputTopic<String, PairOutcome> outcomes;
  private TestOutputTopic<byte[], byte[]> deadLetters;

  private void start(Configs config) {
    Properties properties = new Properties();
    properties.putAll(
        Map.of(
            "application.id", "assembler",
            "bootstrap.servers", "none:1",
            "ensure.explicit.internal.resource.naming", "true"));
    driver =
        new TopologyTestDriver(
            AssemblerTopology.build(
                settings,
                config.build(tasks),
                PairPartitioning.of(tasks, inputPartitions),
                new AssemblerListener() {
                  @Override
                  public void late(String judgeId) {
                    late.add(judgeId);
                  }
                }),
            properties,
            Instant.EPOCH);
    var topics = settings.topics();
    pairs = input(topics.completionPairs().name());
    judgments = input(topics.judgments().name());
    preferences =
        output(topics.preferences().name(), settings.serde(topics.preferences()).deserializer());
    outcomes = output(topics.outcomes().name(), settings.serde(topics.outcomes()).deserializer());
    deadLetters =
        driver.createOutputTopic(
            topics.deadLetters(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  @AfterEach
  void stop() {
    driver.close();
  }

  @Test
  void shouldMakeAPreferenceOfTheFirstVerdict() {
    start(Configs.FIRST);

    send(PAIR);
    send(vote(PAIR, "rules", VerdictKind.SECOND));

    assertThat(preferences.readKeyValuesToList())
        .singleElement()
        .satisfies(
            kv -> {
              assertThat(kv.key).isEqualTo("pair-1");
              assertThat(kv.value.getChosen().getText()).isEqualTo("worse");
              assertThat(kv.value.getRejected().getText()).isEqualTo("better");
              assertThat(kv.value.getChosenWasFirst()).contains(false);
              assertThat(kv.value.getProbability()).isEqualTo(1.0);
              assertThat(kv.value.getRevision()).isZero();
              assertThat(kv.value.getContentHash()).isEqualTo(PAIR.getContentHash());
              assertThat(kv.value.getPolicyVersion()).isEqualTo(3);
              assertThat(kv.value.getVotes()).hasSize(1);
            });
    assertThat(onlyOutcome().getOutcome()).isEqualTo(OutcomeKind.PREFERRED);
    assertThat(deadLetters.isEmpty()).isTrue();
  }

  @Test
  void shouldEndAPairOfIdenticalCompletionsAtOnceAndWithoutAVote() {
    start(Configs.FIRST);
    CompletionPair same = pair("pair-1", "alike", "alike");

    send(same);
    assertThat(onlyOutcome().getOutcome()).isEqualTo(OutcomeKind.IDENTICAL);

    send(vote(same, "another language's rules", VerdictKind.TIE));
    assertThat(late).containsExactly("another language's rules");
    assertThat(outcomes.isEmpty()).isTrue();
    assertThat(preferences.isEmpty()).isTrue();
    assertThat(deadLetters.isEmpty()).isTrue();
  }

  @Test
  void shouldJoinAVoteThatComesBeforeItsPair() {
    start(Configs.FIRST);

    send(vote(PAIR, "rules", VerdictKind.FIRST));
    send(PAIR);

    assertThat(preferences.readValue().getChosen().getText()).isEqualTo("better");
    assertThat(onlyOutcome().getOutcome()).isEqualTo(OutcomeKind.PREFERRED);
  }

  @Test
  void shouldEndATieAndAnAbstentionWithoutAPreference() {
    start(Configs.FIRST);
    CompletionPair other = pair("pair-2", "a", "b");

    send(PAIR);
    send(vote(PAIR, "rules", VerdictKind.TIE));
    send(other);
    send(vote(other, "rules", VerdictKind.ABSTAIN));

    assertThat(outcomes.readValuesToList())
        .extracting(PairOutcome::getOutcome)
        .containsExactly(OutcomeKind.TIE, OutcomeKind.ABSTAINED);
    assertThat(preferences.isEmpty()).isTrue();
  }

  @Test
  void shouldIgnoreRepeatsOfPairsAndVotes() {
    start(Configs.FIRST);
    Judgment vote = vote(PAIR, "rules", VerdictKind.FIRST);

    send(PAIR);
    send(PAIR);
    send(vote);
    send(vote);
    send(PAIR);

    assertThat(preferences.readValuesToList()).hasSize(1);
    assertThat(outcomes.readValuesToList()).hasSize(1);
    assertThat(deadLetters.isEmpty()).isTrue();
  }

  @Test
  void shouldKeepTheFirstPairUnderAnId() {
    start(Configs.FIRST);
    CompletionPair impostor = pair("pair-1", "other", "texts");

    send(PAIR);
    send(impostor);
    send(vote(impostor, "rules", VerdictKind.FIRST));
    send(vote(PAIR, "rules", VerdictKind.FIRST));
    send(impostor);

    assertThat(preferences.readValuesToList())
        .singleElement()
        .satisfies(p -> assertThat(p.getChosen().getText()).isEqualTo("better"));
    assertThat(errors()).hasSize(3).allSatisfy(e -> assertThat(e).contains(PAIR.getContentHash()));
  }

  @Test
  void shouldExpireAPairWithoutVotes() {
    start(Configs.FIRST);
    send(PAIR);

    driver.advanceWallClockTime(Duration.ofMillis(900));
    assertThat(outcomes.isEmpty()).isTrue();
    driver.advanceWallClockTime(Duration.ofMillis(300));

    PairOutcome outcome = onlyOutcome();
    assertThat(outcome.getOutcome()).isEqualTo(OutcomeKind.EXPIRED);
    assertThat(outcome.getReason()).isEqualTo("no vote within 1000 ms");
  }

  @Test
  void shouldDecideByWhatIsThereWhenTimeIsUp() {
    start(Configs.of("majority", 3));
    send(PAIR);
    send(vote(PAIR, "a", VerdictKind.FIRST));
    send(vote(PAIR, "b", VerdictKind.ABSTAIN));

    driver.advanceWallClockTime(Duration.ofMillis(1200));

    assertThat(onlyOutcome().getOutcome()).isEqualTo(OutcomeKind.PREFERRED);
    assertThat(preferences.readValue().getVotes()).hasSize(2);
  }

  @Test
  void shouldBuryAVoteWhosePairNeverComes() {
    start(Configs.FIRST);
    Judgment vote = vote(PAIR, "rules", VerdictKind.FIRST);
    driver.advanceWallClockTime(Duration.ofMillis(1000)); // the grace after a start
    send(vote);

    driver.advanceWallClockTime(Duration.ofMillis(800));
    send(PAIR);

    TestRecord<byte[], byte[]> letter = deadLetters.readRecord();
    assertThat(letter.key()).isEqualTo(bytes("pair-1"));
    assertThat(letter.value()).isEqualTo(value(vote));
    assertThat(header(letter, DeadLetters.SOURCE_TOPIC)).isEqualTo("judgments");
    assertThat(header(letter, DeadLetters.SOURCE_OFFSET)).isEqualTo("0");
    assertThat(header(letter, DeadLetters.ERROR)).startsWith("no pair under this id within 500 ms");
    assertThat(outcomes.isEmpty()).isTrue();
  }

  @Test
  void shouldBuryUndecodableRecordsAsTheyWereAndGoOn() {
    start(Configs.FIRST);

    pairs.pipeInput(new TestRecord<>(bytes("k"), bytes("garbage")));
    judgments.pipeInput(new TestRecord<>(null, null));
    send(PAIR);
    send(vote(PAIR, "rules", VerdictKind.FIRST));

    List<TestRecord<byte[], byte[]>> letters = deadLetters.readRecordsToList();
    assertThat(letters).hasSize(2);
    assertThat(letters.get(0).key()).isEqualTo(bytes("k"));
    assertThat(letters.get(0).value()).isEqualTo(bytes("garbage"));
    assertThat(header(letters.get(0), DeadLetters.SOURCE_TOPIC)).isEqualTo("completion-pairs");
    assertThat(header(letters.get(0), DeadLetters.ERROR)).isEqualTo("not a record");
    assertThat(letters.get(1).value()).isNull();
    assertThat(header(letters.get(1), DeadLetters.ERROR)).isEqualTo("no value");
    assertThat(preferences.readValuesToList()).hasSize(1);
  }

  @Test
  void shouldRouteByThePairIdInTheValueWhateverTheKey() {
    start(Configs.FIRST);

    pairs.pipeInput(new TestRecord<>(bytes("any"), value(PAIR)));
    judgments.pipeInput(new TestRecord<>(null, value(vote(PAIR, "rules", VerdictKind.FIRST))));

    assertThat(preferences.readKeyValue().key).isEqualTo("pair-1");
  }

  @Test
  void shouldCountTheFirstVoteOfAnAnnotatorUnlessSuperseded() {
    start(Configs.of("majority", 3));
    Judgment ann = human(PAIR, "ann", VerdictKind.FIRST);
    Judgment annAgain = superseding(PAIR, ann, VerdictKind.SECOND);
    Judgment annThird = superseding(PAIR, annAgain, VerdictKind.TIE);
    Judgment unasked = Judgment.newBuilder(annAgain).setJudgmentId("x").clearSupersedes().build();

    send(PAIR);
    send(ann);
    send(unasked); // a second vote that does not say it replaces the first
    send(annThird); // overtakes the one it supersedes
    send(annAgain);
    send(human(PAIR, "bob", VerdictKind.SECOND));
    send(human(PAIR, "cid", VerdictKind.SECOND));

    PairOutcome outcome = onlyOutcome();
    assertThat(outcome.getReason()).isEqualTo("majority: 0 first, 2 second, 1 tie");
    assertThat(outcome.getVotes()).extracting("judgmentId").contains(annThird.getJudgmentId());
    assertThat(errors()).singleElement().asString().startsWith("second vote of people/ann");
  }

  @Test
  void shouldLetAPersonOverrideMachines() {
    start(Configs.of("majority", 3));

    send(PAIR);
    send(vote(PAIR, "a", VerdictKind.FIRST));
    send(human(PAIR, "ann", VerdictKind.SECOND));
    send(vote(PAIR, "b", VerdictKind.FIRST));

    assertThat(preferences.readValue().getChosen().getText()).isEqualTo("worse");
    assertThat(onlyOutcome().getVotes()).hasSize(3);
  }

  @Test
  void shouldLetAMachinesVoteBeThatComesAfterTheOutcome() {
    start(Configs.FIRST);

    send(PAIR);
    send(vote(PAIR, "rules", VerdictKind.FIRST));
    send(vote(PAIR, "slow", VerdictKind.SECOND));

    assertThat(preferences.readValuesToList()).hasSize(1);
    assertThat(outcomes.readValuesToList()).hasSize(1);
    assertThat(deadLetters.isEmpty()).isTrue();
    assertThat(late).containsExactly("slow");
  }

  @Test
  void shouldBuryAPersonsVoteThatCanCorrectNothingAnyMore() {
    start(Configs.FIRST);

    send(PAIR);
    send(vote(PAIR, "rules", VerdictKind.FIRST));
    send(human(PAIR, "ann", VerdictKind.SECOND));

    assertThat(preferences.readValuesToList()).hasSize(1);
    assertThat(errors()).singleElement().asString().contains("too late");
  }

  @Test
  void shouldMakeARevisionOfALateHumanCorrection() {
    start(Configs.FIRST.correctableFor(2000));
    Judgment ann = human(PAIR, "ann", VerdictKind.SECOND);

    send(PAIR);
    send(vote(PAIR, "rules", VerdictKind.FIRST));
    send(human(PAIR, "bob", VerdictKind.FIRST)); // agrees: nothing to correct
    send(superseding(PAIR, human(PAIR, "bob", VerdictKind.FIRST), VerdictKind.SECOND));
    send(ann);
    send(ann);

    List<Preference> revisions = preferences.readValuesToList();
    assertThat(revisions).extracting(Preference::getRevision).containsExactly(0, 1);
    assertThat(revisions.get(1).getChosen().getText()).isEqualTo("worse");
    assertThat(outcomes.readValuesToList()).hasSize(1);

    driver.advanceWallClockTime(Duration.ofMillis(2500));
    send(human(PAIR, "cid", VerdictKind.FIRST));
    assertThat(preferences.isEmpty()).isTrue();
    assertThat(errors()).singleElement().asString().contains("too late");
  }

  @Test
  void shouldLetOnePersonCorrectWhatMoreMustHaveDecided() {
    start(Configs.of("majority", 2).atLeast(2).correctableFor(2000));

    send(PAIR);
    send(vote(PAIR, "a", VerdictKind.FIRST));
    send(vote(PAIR, "b", VerdictKind.FIRST));
    send(human(PAIR, "ann", VerdictKind.SECOND));

    assertThat(preferences.readValuesToList())
        .extracting(p -> p.getChosen().getText())
        .containsExactly("better", "worse");
    assertThat(deadLetters.isEmpty()).isTrue();
  }

  @Test
  void shouldSayThatACorrectionToATieTakesNothingBack() {
    start(Configs.FIRST.correctableFor(2000));

    send(PAIR);
    send(vote(PAIR, "rules", VerdictKind.FIRST));
    send(human(PAIR, "ann", VerdictKind.TIE));

    assertThat(preferences.readValuesToList()).hasSize(1);
    assertThat(errors()).containsExactly("a correction to TIE takes no preference back");
  }

  @Test
  void shouldMakeTheFirstPreferenceOfATieThatAPersonCorrects() {
    start(Configs.FIRST.correctableFor(2000));

    send(PAIR);
    send(vote(PAIR, "rules", VerdictKind.TIE));
    Judgment first = human(PAIR, "ann", VerdictKind.FIRST);
    send(first);

    assertThat(onlyOutcome().getOutcome()).isEqualTo(OutcomeKind.TIE);
    assertThat(preferences.readValue().getRevision()).isZero(); // there was none to revise

    send(superseding(PAIR, first, VerdictKind.SECOND));

    assertThat(preferences.readValue().getRevision()).isEqualTo(1);
  }

  @Test
  void shouldBoundWhatItRemembers() {
    start(Configs.FIRST.rememberingFor(10_000, 2));
    for (int i = 0; i < 5; i++) {
      CompletionPair pair = pair("pair-" + i, "a" + i, "b" + i);
      send(pair);
      send(vote(pair, "rules", VerdictKind.FIRST));
      driver.advanceWallClockTime(Duration.ofMillis(1));
    }
    assertThat(remembered()).isEqualTo(2);

    driver.advanceWallClockTime(Duration.ofMillis(10_200));
    assertThat(remembered()).isZero();
  }

  @Test
  void shouldEndWhatIsDueNextWhenTooMuchIsOpen() {
    start(Configs.FIRST.openAtMost(2));
    driver.advanceWallClockTime(Duration.ofMillis(1000)); // the grace after a start
    for (int i = 0; i < 3; i++) {
      send(pair("pair-" + i, "a", "b"));
      driver.advanceWallClockTime(Duration.ofMillis(1));
    }
    // an early vote waits for 500 ms and is due before pairs, which wait for 1000
    Judgment early = vote(pair("never-comes", "a", "b"), "rules", VerdictKind.FIRST);
    send(early);

    PairOutcome outcome = onlyOutcome();
    assertThat(outcome.getPairId()).isEqualTo("pair-0");
    assertThat(outcome.getOutcome()).isEqualTo(OutcomeKind.EXPIRED);
    assertThat(outcome.getReason()).isEqualTo("no vote before more than 2 ids were open");
    assertThat(errors()).singleElement().asString().startsWith("no pair under this id before more");
  }

  @Test
  void shouldDropAPairThatIsTooLargeForAPreference() {
    start(Configs.FIRST.correctableFor(2000));
    CompletionPair large = pair("pair-1", "a".repeat(Assembly.MAX_PAIR_BYTES), "b");

    send(vote(large, "early", VerdictKind.FIRST));
    send(large);
    send(vote(large, "rules", VerdictKind.FIRST));

    PairOutcome outcome = onlyOutcome();
    assertThat(outcome.getOutcome()).isEqualTo(OutcomeKind.DROPPED);
    assertThat(outcome.getReason()).endsWith("at most 1572864 can be assembled");
    assertThat(deadLetters.readRecordsToList())
        .singleElement()
        .satisfies(letter -> assertThat(letter.value()).isEqualTo(value(large)));
    assertThat(preferences.isEmpty()).isTrue();
    assertThat(late).containsExactly("early", "rules");
  }

  @Test
  void shouldBuryAVoteOfWhichNoDecisionCanBeMade() {
    start(Configs.of("weighted", 2));
    Judgment vote = vote(PAIR, "foreign", VerdictKind.FIRST);
    send(PAIR);

    send(Judgment.newBuilder(vote).setConfidence(85).build());
    send(Judgment.newBuilder(vote).setConfidence(0.2).build());
    send(Judgment.newBuilder(vote).setConfidence(Double.NaN).build());
    send(Judgment.newBuilder(vote).setScoreMargin(Double.POSITIVE_INFINITY).build());
    send(Judgment.newBuilder(vote).setStandsFor(2).build());
    send(Judgment.newBuilder(vote).setJudgmentId("j".repeat(70_000)).build());
    send(vote(PAIR, "a", VerdictKind.SECOND));
    send(vote(PAIR, "b", VerdictKind.SECOND));

    assertThat(errors())
        .satisfiesExactly(
            error -> assertThat(error).contains("confidence 85.0 is no probability"),
            error -> assertThat(error).contains("confidence 0.2 is no probability"),
            error -> assertThat(error).contains("confidence NaN is no probability"),
            error -> assertThat(error).contains("score_margin Infinity is not finite"),
            error -> assertThat(error).contains("stands_for 2, should be 1"),
            error -> assertThat(error).isEqualTo("judgment_id: 70000 characters, at most 256"));
    // two judges of accuracy .8: odds 16 to 1
    assertThat(preferences.readValue().getProbability()).isCloseTo(16 / 17.0, within(1e-12));
  }

  @Test
  void shouldBoundTheVotesOnOnePairAndWhatItKeepsOfEach() {
    start(Configs.of("majority", 2 * Assembly.MAX_VOTES));
    send(PAIR);
    for (int i = 0; i <= Assembly.MAX_VOTES; i++) {
      Judgment vote = vote(PAIR, "judge-" + i, VerdictKind.FIRST);
      send(Judgment.newBuilder(vote).setRationale("because ".repeat(1000)).build());
    }

    assertThat(errors()).containsExactly("more than 500 votes on one pair");
    assertThat(rememberedBytes()).isLessThan(Assembly.MAX_VOTES * 1200L);
  }

  @Test
  void shouldLetTheAbstentionBeThatAHumanJudgeItselfGivesTooLate() {
    start(Configs.FIRST);

    send(PAIR);
    send(vote(PAIR, "rules", VerdictKind.FIRST));
    send(vote(PAIR, "people", JudgeKind.HUMAN, Optional.empty(), 1, VerdictKind.ABSTAIN));

    assertThat(late).containsExactly("people");
    assertThat(deadLetters.isEmpty()).isTrue();
  }

  @Test
  void shouldGiveEveryPairOneOutcomeInWhateverOrderThingsCome() {
    start(Configs.of("majority", 3));
    java.util.Random random = new java.util.Random(7);
    List<Object> events = new ArrayList<>();
    int n = 200;
    for (int i = 0; i < n; i++) {
      CompletionPair pair = pair("pair-" + i, "a" + i, "b" + i);
      events.add(pair);
      if (i % 7 == 0) {
        events.add(pair);
      }
      for (String judge : List.of("a", "b", "c")) {
        Judgment vote = vote(pair, judge, VerdictKind.values()[random.nextInt(4)]);
        events.add(vote);
        if (random.nextInt(4) == 0) {
          events.add(vote);
        }
      }
    }
    java.util.Collections.shuffle(events, random);
    for (Object event : events) {
      if (event instanceof CompletionPair pair) {
        send(pair);
      } else {
        send((Judgment) event);
      }
    }

    List<PairOutcome> all = outcomes.readValuesToList();
    assertThat(all).extracting(PairOutcome::getPairId).doesNotHaveDuplicates().hasSize(n);
    assertThat(all).allSatisfy(o -> assertThat(o.getVotes()).hasSize(3));
    assertThat(preferences.readValuesToList())
        .hasSize((int) all.stream().filter(o -> o.getOutcome() == OutcomeKind.PREFERRED).count());
    assertThat(deadLetters.isEmpty()).isTrue();
  }

  private static CompletionPair pair(String id, String first, String second) {
    return Examples.pair(id, Examples.prompt("p"), first, second);
  }

  private TestInputTopic<byte[], byte[]> input(String topic) {
    return driver.createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private <T> TestOutputTopic<String, T> output(String topic, Deserializer<T> values) {
    return driver.createOutputTopic(topic, new StringDeserializer(), values);
  }

  private void send(CompletionPair pair) {
    pairs.pipeInput(bytes(pair.getPairId()), value(pair));
  }

  private void send(Judgment judgment) {
    judgments.pipeInput(bytes(judgment.getPairId()), value(judgment));
  }

  private byte[] value(org.apache.avro.specific.SpecificRecord record) {
    return new PlainAvro.Serializer().serialize("", record);
  }

  private PairOutcome onlyOutcome() {
    List<PairOutcome> all = outcomes.readValuesToList();
    assertThat(all).hasSize(1);
    return all.get(0);
  }

  private List<String> errors() {
    return deadLetters.readRecordsToList().stream()
        .map(letter -> header(letter, DeadLetters.ERROR))
        .toList();
  }

  private long remembered() {
    try (var states = driver.getKeyValueStore(AssemblerTopology.PAIR_STORE).all()) {
      long count = 0;
      while (states.hasNext()) {
        states.next();
        count++;
      }
      return count;
    }
  }

  private long rememberedBytes() {
    PairState state =
        driver.<String, PairState>getKeyValueStore(AssemblerTopology.PAIR_STORE).get("pair-1");
    return new PairStateSerde(settings).serializer().serialize("", state).length;
  }

  private static String header(TestRecord<?, ?> letter, String key) {
    return new String(letter.headers().lastHeader(key).value(), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
