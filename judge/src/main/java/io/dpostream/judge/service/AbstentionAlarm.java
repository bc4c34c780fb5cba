package io.dpostream.judge.service;

import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.VerdictKind;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches how many of each judge's last judgments are abstentions, and says so in the log while
 * they are many: a judge that abstains from everything fails no pair and stops nothing, and would
 * go unnoticed. Tells everything on to another listener. Thread-safe.
 */
final class AbstentionAlarm implements JudgeListener {
  private static final Logger log = LoggerFactory.getLogger(AbstentionAlarm.class);

  /** Fewer are chance, however large a share of the first judgments they are. */
  static final int FEWEST = 5;

  private final JudgeConfig config;
  private final JudgeListener next;
  private final Clock clock;
  private final Map<String, Watch> watches = new ConcurrentHashMap<>();

  AbstentionAlarm(JudgeConfig config, JudgeListener next, Clock clock) {
    this.config = config;
    this.next = next;
    this.clock = clock;
  }

  @Override
  public void judged(Judgment judgment) {
    next.judged(judgment);
    String judge = judgment.getJudgeId();
    watches.computeIfAbsent(judge, Watch::new).add(judgment);
  }

  @Override
  public void pageServed(String judgeId, URI address) {
    next.pageServed(judgeId, address);
  }

  @Override
  public void failed(String judgeId, String pairId, Throwable cause) {
    next.failed(judgeId, pairId, cause);
  }

  @Override
  public void givenUp(String judgeId, String pairId, String reason) {
    next.givenUp(judgeId, pairId, reason);
  }

  @Override
  public void abstentions(String judgeId, double share, boolean alarm) {
    next.abstentions(judgeId, share, alarm);
  }

  /** The last judgments of one judge. */
  private final class Watch {
    private final String judge;
    private final Deque<Boolean> abstained = new ArrayDeque<>();
    private int abstentions;
    private boolean alarm;
    private Instant sayAt = Instant.MIN;

    Watch(String judge) {
      this.judge = judge;
    }

    synchronized void add(Judgment judgment) {
      boolean abstains = judgment.getVerdict() == VerdictKind.ABSTAIN;
      abstained.add(abstains);
      abstentions += abstains ? 1 : 0;
      if (abstained.size() > config.abstentionWindow()) {
        abstentions -= abstained.remove() ? 1 : 0;
      }
      double share = (double) abstentions / abstained.size();
      boolean before = alarm;
      alarm = abstentions >= FEWEST && share >= config.abstentionAlarm();
      abstentions(judge, share, alarm);
      if (alarm && abstains && !clock.instant().isBefore(sayAt)) {
        sayAt = clock.instant().plus(Duration.ofMillis(config.abstentionAlarmMs()));
        log.warn(
            "judge {} abstained from {} of its last {} pairs, just now because: {}",
            judge,
            abstentions,
            abstained.size(),
            judgment.getRationale().orElse("it gave no reason"));
      } else if (before && !alarm) {
        log.info(
            "judge {} abstains less: from {} of its last {} pairs",
            judge,
            abstentions,
            abstained.size());
      }
    }
  }
}
