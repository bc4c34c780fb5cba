package io.dpostream.judge.service;

import io.dpostream.judge.PairShare;
import io.dpostream.settings.UserException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which judges run in this process, and how.
 *
 * @param judges one map a judge, see {@link JudgeSpec#of}
 * @param instance names this process among several that run the same judge; part of its
 *     transactional id
 * @param maxAttempts tries before a failing judge abstains, or its pair is a dead letter
 * @param retryBackoffMs before the second try; doubles with each further one
 * @param verdictTimeoutMs a verdict that takes longer has failed, unless the judge bounds itself;
 *     {@link io.dpostream.judge.Judge#compare} says what counts
 * @param maxPollRecords pairs in one transaction
 * @param sessionTimeoutMs silence after which a process's pairs go to another
 * @param lockMs time that a share group leaves a pair to a worker before it must renew; the broker
 *     bounds it
 */
public record JudgeConfig(
    List<Map<String, Object>> judges,
    String instance,
    int maxAttempts,
    long retryBackoffMs,
    long verdictTimeoutMs,
    int maxPollRecords,
    int sessionTimeoutMs,
    int lockMs) {

  /** A share group counts at most ten deliveries, one of which is kept for giving up. */
  static final int MOST_ATTEMPTS = 9;

  public JudgeConfig {
    judges = judges.stream().map(Map::copyOf).toList();
    require(
        instance.matches("[a-zA-Z0-9._-]+"),
        "instance",
        instance,
        "a name of letters, digits, '.', '_' and '-'");
    require(
        maxAttempts >= 1 && maxAttempts <= MOST_ATTEMPTS,
        "max_attempts",
        maxAttempts,
        "between 1 and " + MOST_ATTEMPTS);
    require(retryBackoffMs >= 0, "retry_backoff_ms", retryBackoffMs, "0 or more");
    require(verdictTimeoutMs >= 1, "verdict_timeout_ms", verdictTimeoutMs, "at least 1");
    require(maxPollRecords >= 1, "max_poll_records", maxPollRecords, "at least 1");
    require(sessionTimeoutMs >= 1000, "session_timeout_ms", sessionTimeoutMs, "at least 1000");
    require(lockMs >= 1000, "lock_ms", lockMs, "at least 1000");
  }

  /** One judge that checks the prompt's reference answer. */
  public static JudgeConfig defaults() {
    return new JudgeConfig(
        List.of(Map.of("id", "reference", "type", "reference")),
        "0",
        4,
        500,
        300_000,
        1000,
        10_000,
        15_000);
  }

  /** The judges, checked. */
  public List<JudgeSpec> specs() {
    List<JudgeSpec> specs = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (Map<String, Object> judge : judges) {
      JudgeSpec spec = JudgeSpec.of("judge.judges[" + specs.size() + "]", judge);
      require(ids.add(spec.id()), "judges", spec.id(), "the id of one judge only");
      specs.add(spec);
    }
    return specs;
  }

  /** The most judges other than people that see the same pairs. */
  public int machinesOnOnePair() {
    List<PairShare> shares =
        specs().stream().filter(spec -> !spec.isHuman()).map(JudgeSpec::share).toList();
    return shares.stream()
        .mapToInt(
            share -> (int) shares.stream().filter(other -> other.includes(share.from())).count())
        .max()
        .orElse(0);
  }

  /** Whether people judge the pair with an id. */
  public Predicate<String> forPeople() {
    List<PairShare> shares =
        specs().stream().filter(JudgeSpec::isHuman).map(JudgeSpec::share).toList();
    return pairId -> shares.stream().anyMatch(share -> share.includes(pairId));
  }

  private static void require(boolean holds, String key, Object value, String wanted) {
    if (!holds) {
      throw new UserException("judge." + key + ": '" + value + "' should be " + wanted);
    }
  }
}
