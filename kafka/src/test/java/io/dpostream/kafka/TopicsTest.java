package io.dpostream.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dpostream.settings.UserException;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TopicsTest {
  private static final Topics TOPICS = new Topics("");
  private static final String WEEK_MS = "604800000";

  @Test
  void shouldPutThePrefixBeforeEveryName() {
    Topics topics = new Topics("team-a.");
    assertThat(topics.all()).extracting(Topic::name).allMatch(name -> name.startsWith("team-a."));
    assertThat(topics.deadLetters()).isEqualTo("team-a.dead-letters");
    assertThat(topics.preferences().subject()).isEqualTo("team-a.preferences-value");
  }

  @Test
  void shouldRefuseAPrefixThatKafkaRefuses() {
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> new Topics("team a/"))
        .withMessage("topic.prefix: 'team a/' may hold only letters, digits, '.', '_' and '-'");
  }

  @Test
  void shouldKeepWhatAReplayReads() {
    assertThat(TOPICS.preferences().config())
        .containsEntry("retention.ms", "-1")
        .containsEntry("cleanup.policy", "delete");
    assertThat(TOPICS.trainingSteps().config())
        .containsEntry("retention.ms", "-1")
        .containsEntry("cleanup.policy", "delete");
    assertThat(TOPICS.trainingSteps().partitions()).isEqualTo(1);
    assertThat(TOPICS.policyVersions().config()).containsEntry("cleanup.policy", "compact");
  }

  static Stream<Map<String, String>> lossyPreferences() {
    return Stream.of(
        Map.of("cleanup.policy", "delete", "retention.ms", WEEK_MS),
        Map.of("cleanup.policy", "delete", "retention.ms", "-1", "retention.bytes", "1000"),
        Map.of("cleanup.policy", "compact", "retention.ms", "-1"),
        Map.of("cleanup.policy", "compact,delete", "retention.ms", "-1"));
  }

  @ParameterizedTest
  @MethodSource("lossyPreferences")
  void shouldSeeHowPreferencesWouldBeLost(Map<String, String> actual) {
    assertThat(TopicSetup.loss(TOPICS.preferences(), actual)).isPresent();
  }

  @Test
  void shouldNameTopicSettingAndRepair() {
    assertThat(
            TopicSetup.loss(
                TOPICS.preferences(), Map.of("cleanup.policy", "delete", "retention.ms", WEEK_MS)))
        .hasValue(
            "topic preferences: retention.ms=604800000, and old records would be deleted; set it to"
                + " -1 with kafka-configs --alter --topic preferences --add-config"
                + " retention.ms=-1");
  }

  @Test
  void shouldRefuseCompactionWhereOneKeyHasManyRecords() {
    assertThat(TopicSetup.loss(TOPICS.judgments(), Map.of("cleanup.policy", "compact")))
        .isPresent();
  }

  @Test
  void shouldRefuseToForgetOldPolicyVersions() {
    Map<String, String> actual = Map.of("cleanup.policy", "delete", "retention.ms", WEEK_MS);
    assertThat(TopicSetup.loss(TOPICS.policyVersions(), actual)).isPresent();
  }

  @Test
  void shouldAcceptWhatLosesNothing() {
    Map<String, String> kept = Map.of("cleanup.policy", "delete", "retention.ms", "-1");
    Map<String, String> aWeek = Map.of("cleanup.policy", "delete", "retention.ms", WEEK_MS);
    Map<String, String> compacted = Map.of("cleanup.policy", "compact", "retention.ms", WEEK_MS);
    assertThat(TopicSetup.loss(TOPICS.preferences(), kept)).isEmpty();
    assertThat(TopicSetup.loss(TOPICS.policyVersions(), kept)).isEmpty();
    assertThat(TopicSetup.loss(TOPICS.policyVersions(), compacted)).isEmpty();
    assertThat(TopicSetup.loss(TOPICS.prompts(), aWeek)).isEmpty();
  }
}
