package io.dpostream.judge.assembler;

import io.dpostream.settings.Default;
import io.dpostream.settings.Doc;
import io.dpostream.settings.Require;
import io.dpostream.settings.SettingsTree;
import java.time.Duration;
import java.util.Map;

/** How votes become preferences, and how the application runs. */
public record AssemblerConfig(
    @Doc("How the votes on a pair become one decision.") @Default("first") QuorumRule quorum,
    @Doc("Votes that a pair waits for, abstentions included, but not a single person's.")
        @Default("1")
        int votes,
    @Doc("Verdicts that must be there when time runs out; with fewer the pair expires.")
        @Default("1")
        int minVotes,
    @Doc("As soon as a person has given a verdict, machines' votes do not count.") @Default("true")
        boolean humanOverrides,
    @Doc("Wall-clock milliseconds that a pair waits for its votes.") @Default("600000")
        long timeoutMs,
    @Doc("Wall-clock milliseconds that a vote waits for its pair.") @Default("600000")
        long earlyVoteTimeoutMs,
    @Doc(
            "Wall-clock milliseconds after the decision in which a person's vote makes a new"
                + " revision; 0 is never.")
        @Default("0")
        long correctionWindowMs,
    @Doc(
            "Wall-clock milliseconds after the decision in which repeats of the pair and its votes"
                + " are recognized.")
        @Default("600000")
        long closedWindowMs,
    @Doc("Decided pairs remembered in each partition; the oldest go first.") @Default("100000")
        int maxClosed,
    @Doc(
            "Ids without an outcome remembered in each partition, pairs that wait and votes whose"
                + " pair has not come; with more, the one that is due next is due now.")
        @Default("500000")
        int maxOpen,
    @Doc(
            "Probability that a verdict is right, by judge id or `judge id/annotator id`, in (0, 1);"
                + " for `quorum: weighted`.")
        Map<String, Double> accuracies,
    @Doc("Accuracy of judges without an entry in `accuracies`, in (0, 1).") @Default("0.8")
        double defaultAccuracy,
    @Doc("A weighted posterior below this is a tie, in [0.5, 1).") @Default("0.5")
        double minProbability,
    @Doc(
            "Partitions of the store of pairs, the most that threads and processes can share; fixed"
                + " once the application has run. 0 is as many as the input topics have when it"
                + " first runs, and what it has from then on.")
        @Default("0")
        int partitions,
    @Doc("Stream threads in this process.") @Default("1") int threads,
    @Doc("Where pairs are kept; both are restored from Kafka.") @Default("rocksdb") Store store,
    @Doc("Folder for local state.") @Default("data/assembler") String stateDir,
    @Doc("Milliseconds between transactions: the most that a decision waits twice.") @Default("100")
        long commitIntervalMs,
    @Doc(
            "Protocol of the consumer group: `streams` needs brokers from 4.2 on, and the broker"
                + " then sets the session timeout.")
        @Default("classic")
        GroupProtocol groupProtocol,
    @Doc(
            "Milliseconds of silence after which a member's work goes to another; for"
                + " `group_protocol: classic`.")
        @Default("10000")
        int sessionTimeoutMs) {

  /** The section that holds these keys. */
  public static final String SECTION = "assembler";

  private static final long TEN_YEARS_MS = Duration.ofDays(3650).toMillis();
  private static final int SECOND_MS = 1000;

  /** Where pairs are kept. */
  public enum Store {
    ROCKSDB,
    MEMORY
  }

  /** How members of the application share its work. */
  public enum GroupProtocol {
    CLASSIC,
    STREAMS
  }

  public AssemblerConfig {
    accuracies = Map.copyOf(accuracies);
    Require.atLeast("votes", votes, 1);
    Require.that(
        minVotes >= 1 && minVotes <= votes,
        "min_votes",
        minVotes,
        "must be between 1 and votes, which is " + votes);
    Require.between("timeout_ms", timeoutMs, 1, TEN_YEARS_MS);
    Require.between("early_vote_timeout_ms", earlyVoteTimeoutMs, 1, TEN_YEARS_MS);
    Require.between("correction_window_ms", correctionWindowMs, 0, TEN_YEARS_MS);
    Require.between("closed_window_ms", closedWindowMs, 0, TEN_YEARS_MS);
    Require.atLeast("max_closed", maxClosed, 0);
    Require.atLeast("max_open", maxOpen, 1);
    accuracies.forEach(
        (judge, accuracy) -> Require.strictlyBetween("accuracies." + judge, accuracy, 0, 1));
    Require.strictlyBetween("default_accuracy", defaultAccuracy, 0, 1);
    Require.atLeastAndBelow("min_probability", minProbability, 0.5, 1);
    Require.atLeast("partitions", partitions, 0);
    Require.atLeast("threads", threads, 1);
    Require.that(!stateDir.isBlank(), "state_dir", stateDir, "must be a folder");
    Require.atLeast("commit_interval_ms", commitIntervalMs, 1);
    Require.atLeast("session_timeout_ms", sessionTimeoutMs, SECOND_MS);
  }

  /** The first verdict decides; ten minutes' patience; no corrections. */
  public static AssemblerConfig defaults() {
    return SettingsTree.defaults(AssemblerConfig.class);
  }
}
