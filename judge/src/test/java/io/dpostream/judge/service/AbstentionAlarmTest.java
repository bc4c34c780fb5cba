package io.dpostream.judge.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.judge.LogLines;
import io.dpostream.schemas.JudgeKind;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.VerdictKind;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One appender sees the lines of all tests of this class, each of which has judges of its own. */
class AbstentionAlarmTest {
  private final List<String> told = new ArrayList<>();
  private final SteppingClock clock = new SteppingClock();
  private final LogLines log = new LogLines(AbstentionAlarm.class.getName());

  @AfterEach
  void tearDown() {
    log.close();
  }

  @Test
  void shouldSayThatAJudgeAbstainsFromEverythingAndAgainOnlyAfterAWhile() {
    AbstentionAlarm alarm = alarm(Map.of("abstention_alarm_ms", 60_000));

    for (int i = 0; i < 8; i++) {
      alarm.judged(judgment("mute", VerdictKind.ABSTAIN));
    }
    clock.now = clock.now.plusSeconds(60);
    alarm.judged(judgment("mute", VerdictKind.ABSTAIN));
    alarm.judged(judgment("mute", VerdictKind.ABSTAIN));

    // the fifth, which is no chance any more, and the first after a minute
    assertThat(lines("mute"))
        .containsExactly(
            "WARN judge mute abstained from 5 of its last 5 pairs, just now because: it is down",
            "WARN judge mute abstained from 9 of its last 9 pairs, just now because: it is down");
    assertThat(told).endsWith("mute 1.0 true");
  }

  @Test
  void shouldBeQuietAboutAJudgeThatAbstainsNowAndThen() {
    AbstentionAlarm alarm = alarm(Map.of());

    for (int i = 0; i < 100; i++) {
      alarm.judged(judgment("shy", i % 3 == 2 ? VerdictKind.ABSTAIN : VerdictKind.TIE));
    }

    assertThat(lines("shy")).isEmpty();
    assertThat(told).last().asString().startsWith("shy 0.3").endsWith(" false");
  }

  @Test
  void shouldForgetWhatIsOutOfTheWindowAndSayThatItIsOver() {
    AbstentionAlarm alarm = alarm(Map.of("abstention_window", 10, "abstention_alarm", 0.8));
    for (int i = 0; i < 10; i++) {
      alarm.judged(judgment("ill", VerdictKind.ABSTAIN));
    }

    for (int i = 0; i < 10; i++) {
      alarm.judged(judgment("ill", VerdictKind.FIRST));
    }

    // 8 of 10 still are the share of 0.8; 7 of 10 are not
    assertThat(lines("ill"))
        .hasSize(2)
        .last()
        .isEqualTo("INFO judge ill abstains less: from 7 of its last 10 pairs");
    assertThat(told).endsWith("ill 0.0 false");
  }

  @Test
  void shouldWatchEachJudgeByItself() {
    AbstentionAlarm alarm = alarm(Map.of());

    for (int i = 0; i < 10; i++) {
      alarm.judged(judgment("silent", VerdictKind.ABSTAIN));
      alarm.judged(judgment("frank", VerdictKind.FIRST));
    }

    assertThat(lines("silent")).hasSize(1);
    assertThat(lines("frank")).isEmpty();
  }

  private List<String> lines(String judge) {
    return log.lines().stream().filter(line -> line.contains("judge " + judge + " ")).toList();
  }

  private AbstentionAlarm alarm(Map<String, Object> options) {
    JudgeListener listener =
        new JudgeListener() {
          @Override
          public void abstentions(String judgeId, double share, boolean alarm) {
            told.add(judgeId + " " + share + " " + alarm);
          }
        };
    return new AbstentionAlarm(JudgeMain.config(options), listener, clock);
  }

  private static Judgment judgment(String judge, VerdictKind verdict) {
    return Judgment.newBuilder()
        .setJudgmentId("id")
        .setPairId("pair")
        .setContentHash("")
        .setJudgeId(judge)
        .setJudgeKind(JudgeKind.RULE)
        .setJudgeVersion("1")
        .setVerdict(verdict)
        .setConfidence(1)
        .setRationale("it is down")
        .setCreatedAt(Instant.EPOCH)
        .build();
  }

  private static final class SteppingClock extends Clock {
    private Instant now = Instant.EPOCH.plus(Duration.ofDays(1));

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException("tests know one zone");
    }
  }
}
