package io.dpostream.judge.assembler;

import io.dpostream.settings.UserException;
import java.time.Duration;
import java.util.Map;

/**
 * How votes become preferences, and how the application runs.
 *
 * @param quorum {@code first} verdict, {@code majority}, {@code unanimous} or {@code weighted} by
 *     the judges' measured accuracy
 * @param votes votes that a pair waits for, abstentions included, but not a single person's
 * @param minVotes verdicts that must be there when time runs out; with fewer the pair expires
 * @param humanOverrides as soon as a person has given a verdict, machines' votes do not count
 * @param timeoutMs wall-clock time that a pair waits for its votes
 * @param earlyVoteTimeoutMs wall-clock time that a vote waits for its pair
 * @param correctionWindowMs time after the decision in which a person's vote makes a new revision;
 *     0 is never
 * @param closedWindowMs time after the decision in which repeats of the pair and its votes are
 *     recognized
 * @param maxClosed decided pairs remembered in each partition; the oldest go first
 * @param maxOpen ids without an outcome remembered in each partition, pairs that wait and votes
 *     whose pair has not come; with more, the one that is due next is due now
 * @param accuracies probability that a verdict is right, by judge id or {@code judge id/annotator
 *     id}, in (0, 1); for {@code weighted}
 * @param defaultAccuracy of judges without an entry
 * @param minProbability a weighted posterior below this is a tie, in [0.5, 1)
 * @param partitions of the store of pairs, the most that threads and processes can share; fixed
 *     once the application has run. 0 is as many as the input topics have when it first runs, and
 *     what it has from then on
 * @param threads stream threads in this process
 * @param store {@code rocksdb} or {@code memory}; both are restored from Kafka
 * @param stateDir folder for local state
 * @param commitIntervalMs time between transactions: the most that a decision waits twice
 * @param groupProtocol {@code classic}, or {@code streams} for brokers from 4.2 on, where the
 *     broker sets the session timeout
 * @param sessionTimeoutMs silence after which a member's work goes to another; for {@code classic}
 */
public record AssemblerConfig(
    String quorum,
    int votes,
    int minVotes,
    boolean humanOverrides,
    long timeoutMs,
    long earlyVoteTimeoutMs,
    long correctionWindowMs,
    long closedWindowMs,
    int maxClosed,
    int maxOpen,
    Map<String, Double> accuracies,
    double defaultAccuracy,
    double minProbability,
    int partitions,
    int threads,
    String store,
    String stateDir,
    long commitIntervalMs,
    String groupProtocol,
    int sessionTimeoutMs) {

  private static final long MAX_TIME_MS = Duration.ofDays(3650).toMillis();

  public AssemblerConfig {
    accuracies = Map.copyOf(accuracies);
    QuorumRule.parse(quorum);
    require(votes >= 1, "votes", votes, "at least 1");
    require(minVotes >= 1 && minVotes <= votes, "min_votes", minVotes, "between 1 and votes");
    requireTime("timeout_ms", timeoutMs, 1);
    requireTime("early_vote_timeout_ms", earlyVoteTimeoutMs, 1);
    requireTime("correction_window_ms", correctionWindowMs, 0);
    requireTime("closed_window_ms", closedWindowMs, 0);
    require(maxClosed >= 0, "max_closed", maxClosed, "0 or more");
    require(maxOpen >= 1, "max_open", maxOpen, "at least 1");
    accuracies.forEach(
        (judge, value) ->
            require(value > 0 && value < 1, "accuracies." + judge, value, "between 0 and 1"));
    require(
        defaultAccuracy > 0 && defaultAccuracy < 1,
        "default_accuracy",
        defaultAccuracy,
        "between 0 and 1");
    require(
        minProbability >= 0.5 && minProbability < 1,
        "min_probability",
        minProbability,
        "in [0.5, 1)");
    require(partitions >= 0, "partitions", partitions, "0 or more");
    require(threads >= 1, "threads", threads, "at least 1");
    require(store.equals("rocksdb") || store.equals("memory"), "store", store, "rocksdb or memory");
    require(!stateDir.isBlank(), "state_dir", stateDir, "a folder");
    require(commitIntervalMs >= 1, "commit_interval_ms", commitIntervalMs, "at least 1");
    require(
        groupProtocol.equals("streams") || groupProtocol.equals("classic"),
        "group_protocol",
        groupProtocol,
        "streams or classic");
    require(sessionTimeoutMs >= 1000, "session_timeout_ms", sessionTimeoutMs, "at least 1000");
  }

  /** The first verdict decides; ten minutes' patience; no corrections. */
  public static AssemblerConfig defaults() {
    return new AssemblerConfig(
        "first",
        1,
        1,
        true,
        600_000,
        600_000,
        0,
        600_000,
        100_000,
        500_000,
        Map.of(),
        0.8,
        0.5,
        0,
        1,
        "rocksdb",
        "data/assembler",
        100,
        "classic",
        10_000);
  }

  private static void requireTime(String key, long ms, long atLeast) {
    require(
        ms >= atLeast && ms <= MAX_TIME_MS,
        key,
        ms,
        "between %d and %d, ten years".formatted(atLeast, MAX_TIME_MS));
  }

  private static void require(boolean holds, String key, Object value, String wanted) {
    if (!holds) {
      throw new UserException("assembler." + key + ": " + value + " should be " + wanted);
    }
  }
}
