package io.dpostream.pipeline.lineage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dpostream.kafka.reading.TopicScan.Located;
import io.dpostream.pipeline.lineage.Lineage.Trained;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.FinishReason;
import io.dpostream.schemas.OffsetRange;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.Prompt;
import io.dpostream.schemas.Skipped;
import io.dpostream.schemas.StepTaken;
import io.dpostream.schemas.VersionStatus;
import io.dpostream.settings.UserException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LineageTest {

  private static final Completion TEXT =
      Completion.newBuilder()
          .setText("x")
          .setTokenIds(List.of(1))
          .setFinishReason(FinishReason.STOP)
          .build();

  private final Lineage lineage = new Lineage();

  @BeforeEach
  void twoStepsOfTwoPairsAndAVersionAfterEach() {
    // Offset 2 is a transaction's marker: ranges have gaps.
    lineage.add(preference(0, "a", 0));
    lineage.add(preference(1, "b", 0));
    lineage.add(preference(3, "c", 0));
    lineage.add(preference(4, "d", 1));
    lineage.add(step(1, 0, 2));
    lineage.add(step(2, 2, 5, 4));
    lineage.add(version(0, 0));
    lineage.add(version(1, 1));
    lineage.add(version(2, 2));
  }

  private static Located<Preference> preference(long offset, String pairId, long version) {
    return new Located<>(
        0,
        offset,
        Preference.newBuilder()
            .setPairId(pairId)
            .setRunId("run")
            .setPrompt(Prompt.newBuilder().setId("p").setText("?").build())
            .setPromptTokenIds(List.of(1))
            .setChosen(TEXT)
            .setRejected(TEXT)
            .setPolicyVersion(version)
            .setContentHash("h")
            .setDecidedAt(Instant.EPOCH)
            .build());
  }

  private static StepTaken step(long number, long from, long to, long... skipped) {
    return StepTaken.newBuilder()
        .setStep(number)
        .setRanges(List.of(new OffsetRange(0, from, to)))
        .setSkipped(
            java.util.Arrays.stream(skipped)
                .mapToObj(
                    o -> Skipped.newBuilder().setPartition(0).setOffset(o).setReason("old").build())
                .toList())
        .setPairs(2)
        .setLoss(0.6)
        .setTokens(10)
        .setDigest("d")
        .setDurationMs(1)
        .build();
  }

  private static PolicyVersion version(long number, long step) {
    return PolicyVersion.newBuilder()
        .setRunId("run")
        .setVersion(number)
        .setUri("file:/v")
        .setSha256("s" + number)
        .setReferenceSha256("r")
        .setStep(step)
        .setStatus(VersionStatus.PUBLISHED)
        .setPublishedAt(Instant.EPOCH)
        .build();
  }

  private List<String> pairsBehind(int version) {
    return lineage.behind(lineage.versions().get(version)).stream()
        .map(t -> t.preference().getPairId())
        .toList();
  }

  @Test
  void shouldFindEveryPairThatMovedAVersion() {
    assertThat(pairsBehind(0)).isEmpty();
    assertThat(pairsBehind(1)).containsExactly("a", "b");
    // Step 2 skipped d.
    assertThat(pairsBehind(2)).containsExactly("a", "b", "c");
  }

  @Test
  void shouldFindWhereAPairWentAndWhichVersionHasItFirst() {
    assertThat(lineage.usesOf("c"))
        .extracting(Trained::step, Trained::offset)
        .containsExactly(org.assertj.core.groups.Tuple.tuple(2L, 3L));
    assertThat(lineage.firstWith(2).map(PolicyVersion::getVersion)).contains(2L);
    assertThat(lineage.firstWith(3)).isEmpty();
  }

  @Test
  void shouldRefuseAVersionOrAPairThatTheRunDoesNotHave() {
    assertThat(lineage.version(2).getSha256()).isEqualTo("s2");
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> lineage.version(3))
        .withMessageContaining("version 3");
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> lineage.usesOf("d")) // step 2 skipped it
        .withMessageContaining("pair d");
  }

  @Test
  void shouldCountTheVersionsThatSampledThePairs() {
    assertThat(Lineage.bySampler(lineage.behind(lineage.versions().get(2))))
        .isEqualTo(Map.of(0L, 3L));
  }
}
