package io.dpostream.sampler.versions;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.schemas.PolicyVersion;
import io.dpostream.schemas.VersionStatus;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class VersionChoiceTest {
  private final VersionChoice choice = new VersionChoice();

  @Test
  void shouldChooseTheNewestPublishedVersion() {
    assertThat(choice.best()).isEmpty();
    choice.read(version(0, VersionStatus.PUBLISHED));
    choice.read(version(2, VersionStatus.PUBLISHED));
    choice.read(version(1, VersionStatus.PUBLISHED));
    choice.read(version(3, VersionStatus.CANDIDATE));
    choice.read(version(4, VersionStatus.REJECTED));
    assertThat(best()).isEqualTo(2);
  }

  @Test
  void shouldGoBackWhenAVersionIsRolledBack() {
    choice.read(version(1, VersionStatus.PUBLISHED));
    choice.read(version(2, VersionStatus.PUBLISHED));
    choice.read(version(2, VersionStatus.ROLLED_BACK));
    assertThat(best()).isEqualTo(1);
  }

  @Test
  void shouldSkipARefusedVersionAndStillTakeNewerOnes() {
    choice.read(version(1, VersionStatus.PUBLISHED));
    choice.read(version(2, VersionStatus.PUBLISHED));
    choice.refuse(2);
    assertThat(best()).isEqualTo(1);
    choice.read(version(3, VersionStatus.PUBLISHED));
    assertThat(best()).isEqualTo(3);
  }

  @Test
  void shouldTryARefusedVersionAgainWhenItIsPublishedAgain() {
    choice.read(version(1, VersionStatus.PUBLISHED));
    choice.refuse(1);
    choice.read(version(1, VersionStatus.PUBLISHED));
    assertThat(best()).isEqualTo(1);
  }

  @Test
  void shouldForgetADeletedVersion() {
    choice.read(version(1, VersionStatus.PUBLISHED));
    choice.read(version(2, VersionStatus.PUBLISHED));
    choice.delete(2);
    assertThat(best()).isEqualTo(1);
  }

  private long best() {
    return choice.best().orElseThrow().getVersion();
  }

  private static PolicyVersion version(long number, VersionStatus status) {
    return PolicyVersion.newBuilder()
        .setRunId("run")
        .setVersion(number)
        .setUri("/tmp/" + number)
        .setSha256("sha" + number)
        .setReferenceSha256("sha0")
        .setStep(number * 10)
        .setStatus(status)
        .setPublishedAt(Instant.EPOCH)
        .build();
  }
}
