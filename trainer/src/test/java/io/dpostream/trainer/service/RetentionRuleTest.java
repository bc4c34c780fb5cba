package io.dpostream.trainer.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.schemas.PolicyVersion;
import io.dpostream.schemas.VersionStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RetentionRuleTest {
  private final List<PolicyVersion> versions = new ArrayList<>();

  @Test
  void shouldKeepTheNewestAndVersionZero() {
    publish(0, 1, 2, 3, 4, 5);

    assertThat(removable(2)).containsExactly(1L, 2L, 3L);
    assertThat(removable(6)).isEmpty();
    assertThat(removable(100)).isEmpty();
  }

  @Test
  void shouldKeepWhatPairsOnTheirWayNameAndWhatIsPinned() {
    publish(0, 1, 2, 3, 4, 5);

    assertThat(numbers(new RetentionRule(2, Set.of(3L)).removable(versions, Set.of(1L))))
        .containsExactly(2L);
  }

  @Test
  void shouldCountOnlyVersionsThatSamplersMayBeRolledBackTo() {
    publish(0, 1, 2, 3, 4, 5);
    change(4, VersionStatus.ROLLED_BACK);
    change(3, VersionStatus.REJECTED);

    // 5 and 2 are the newest two; 4 and 3 are newer than 2, and 4 is what 5 was trained from
    assertThat(removable(2)).containsExactly(1L);
  }

  @Test
  void shouldKeepCandidatesAndWhatTheNewestWasTrainedFrom() {
    publish(0, 1, 2, 3, 4, 5);
    change(1, VersionStatus.CANDIDATE);
    versions.set(5, PolicyVersion.newBuilder(versions.get(5)).setParent(2L).build());

    assertThat(removable(2)).containsExactly(3L);
  }

  @Test
  void shouldRemoveNothingTwice() {
    publish(0, 1, 2, 3, 4, 5);
    versions.set(1, PolicyVersion.newBuilder(versions.get(1)).setRemovedAt(Instant.EPOCH).build());

    assertThat(removable(3)).containsExactly(2L);
  }

  private List<Long> removable(int keep) {
    return numbers(new RetentionRule(keep, Set.of()).removable(versions, Set.of()));
  }

  private static List<Long> numbers(List<PolicyVersion> versions) {
    return versions.stream().map(PolicyVersion::getVersion).toList();
  }

  private void publish(long... numbers) {
    for (long number : numbers) {
      PolicyVersion.Builder version =
          PolicyVersion.newBuilder()
              .setRunId("run")
              .setVersion(number)
              .setUri("/versions/" + number)
              .setSha256("ab".repeat(32))
              .setReferenceSha256("cd".repeat(32))
              .setStep(number)
              .setStatus(VersionStatus.PUBLISHED)
              .setPublishedAt(Instant.EPOCH);
      versions.add((number == 0 ? version : version.setParent(number - 1)).build());
    }
  }

  private void change(int number, VersionStatus status) {
    versions.set(number, PolicyVersion.newBuilder(versions.get(number)).setStatus(status).build());
  }
}
