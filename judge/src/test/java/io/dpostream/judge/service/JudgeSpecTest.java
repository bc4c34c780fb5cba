package io.dpostream.judge.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.judge.Examples;
import io.dpostream.judge.service.JudgeSpec.Delivery;
import io.dpostream.schemas.JudgeKind;
import io.dpostream.schemas.Prompt;
import io.dpostream.settings.SettingsReader;
import io.dpostream.settings.UserException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JudgeSpecTest {
  private record Root(JudgeConfig judge) {}

  @Test
  void shouldKnowHowManyPairsPeopleTake() {
    Map<String, Object> few =
        Map.of("id", "few", "type", "human", "annotators", "people.txt", "max_open", 7);
    Map<String, Object> many = Map.of("id", "many", "type", "human", "annotators", "people.txt");

    assertThat(JudgeConfig.defaults().mostForPeople()).isEqualTo(Integer.MAX_VALUE);
    assertThat(JudgeMain.config(Map.of("judges", List.of(many))).mostForPeople()).isEqualTo(200);
    assertThat(JudgeMain.config(Map.of("judges", List.of(many, few))).mostForPeople()).isEqualTo(7);
  }

  @Test
  void shouldGiveJudgesThatTakeTheirTimeEachPairUnderALock() {
    JudgeSpec spec = judges("{id: a, type: any}").judges().get(0);

    assertThat(spec.deliveryTo(JudgeKind.RULE)).isEqualTo(Delivery.TRANSACTIONS);
    assertThat(spec.deliveryTo(JudgeKind.LLM)).isEqualTo(Delivery.SHARE_GROUP);
    assertThat(spec.deliveryTo(JudgeKind.REWARD_MODEL)).isEqualTo(Delivery.SHARE_GROUP);
  }

  @Test
  void shouldCountTheMachinesThatSeeTheSamePairs() {
    JudgeConfig config =
        judges(
            "{id: a, type: rule, share: 0.5}, {id: b, type: rule, share_from: 0.5},"
                + " {id: c, type: llm, share_from: 0.4, share: 0.2}, {id: people, type: human}");

    assertThat(config.machinesOnOnePair()).isEqualTo(2); // a and c, then b and c
    assertThat(JudgeConfig.defaults().machinesOnOnePair()).isEqualTo(1);
  }

  @Test
  void shouldDeliverAsConfigured() {
    JudgeSpec spec = judges("{id: a, type: any, delivery: transactions}").judges().get(0);

    assertThat(spec.deliveryTo(JudgeKind.LLM)).isEqualTo(Delivery.TRANSACTIONS);
  }

  @Test
  void shouldKeepTheOptionsOfTheTypeApart() {
    JudgeConfig config =
        judges("{id: a, type: rule, share: 0.5, criteria: [{kind: json}], margin: 2}");

    JudgeSpec spec = config.judges().get(0);
    assertThat(spec.options())
        .isEqualTo(Map.of("criteria", List.of(Map.of("kind", "json")), "margin", 2));
    assertThat(new SettingsReader<>(new Root(config)).read()).isEqualTo(new Root(config));
  }

  @Test
  void shouldTakeSharesThatFillTheWholeUpToTheLastBit() {
    // in floating point 0.9 + 0.1 is 1 or a bit more or less
    JudgeConfig config = judges("{id: a, type: any, share_from: 0.9, share: 0.1}");

    assertThat(config.judges().get(0).pairShare().to()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{type: rule} | judge.judges[0].id: is missing; set it",
        "{id: a} | judge.judges[0].type: is missing; set it",
        "{id: a b, type: rule} | judge.judges[0].id: 'a b' may hold letters, digits, '.', '_' and '-' only",
        "{id: a, type: rule, share: 0} | judge.judges[0].share: 0 must be above 0, and at most 1 together with share_from",
        "{id: a, type: rule, share: 0.7, share_from: 0.5} | judge.judges[0].share: 0.7 must be above 0, and at most 1 together with share_from",
        "{id: a, type: rule, delivery: pigeon} | judge.judges[0].delivery: 'pigeon' is not one of transactions, share_group",
        "{id: a, type: rule, concurrency: 0} | judge.judges[0].concurrency: 0 must be between 1 and 1024",
        "{id: a, type: rule, margin: } | judge.judges[0].margin: has no value; set it or take it out",
        "{id: a, type: rule}, {id: a, type: llm} | judge.judges: 'a' must be the id of one judge only",
        "7 | judge.judges[0]: 7 is not a map of keys",
      })
  void shouldNameTheWholePathOfWhatIsWrong(String judges, String message) {
    assertThatThrownBy(() -> judges(judges)).isInstanceOf(UserException.class).hasMessage(message);
  }

  private static JudgeConfig judges(String judges) {
    return new SettingsReader<>(new Root(JudgeConfig.defaults()))
        .yaml("judge: {judges: [" + judges + "]}", "dpo.yaml")
        .read()
        .judge();
  }

  @Test
  void shouldLeaveIdenticalCompletionsToNobody() {
    JudgeSpec spec =
        new JudgeSpec("rules", "rule", Optional.empty(), 0, Optional.empty(), 1, Map.of());
    Prompt prompt = Prompt.newBuilder().setId("p").setText("?").build();

    assertThat(spec.judges(Examples.pair("pair", prompt, "a", "b"))).isTrue();
    assertThat(spec.judges(Examples.pair("pair", prompt, "a", "a"))).isFalse();
  }
}
