package io.dpostream.judge.service;

import io.dpostream.judge.PairShare;
import io.dpostream.judge.human.HumanOptions;
import io.dpostream.settings.Default;
import io.dpostream.settings.Doc;
import io.dpostream.settings.Require;
import io.dpostream.settings.SettingsTree;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Which judges run in this process, and how. */
public record JudgeConfig(
    @Doc("The judges, one map each.") @Default("[{id: reference, type: reference}]")
        List<JudgeSpec> judges,
    @Doc("Names this process among several that run the same judge; part of its transactional id.")
        @Default("0")
        String instance,
    @Doc("Tries before a failing judge abstains, or its pair is a dead letter; at most 9.")
        @Default("4")
        int maxAttempts,
    @Doc("Milliseconds before the second try; doubles with each further one.") @Default("500")
        long retryBackoffMs,
    @Doc(
            "Milliseconds after which a verdict has failed, the judge's own queue included; judges"
                + " that bound themselves, such as `llm`, have no such limit.")
        @Default("300000")
        long verdictTimeoutMs,
    @Doc("Pairs in one transaction.") @Default("1000") int maxPollRecords,
    @Doc("Milliseconds of silence after which a process's pairs go to another.") @Default("10000")
        int sessionTimeoutMs,
    @Doc(
            "Milliseconds that a share group leaves a pair to a worker before it must renew; the"
                + " broker bounds them.")
        @Default("15000")
        int lockMs,
    @Doc(
            "Share of abstentions among a judge's last judgments from which on the log says so; above"
                + " 0, and 1 where only a judge that always abstains is to be told.")
        @Default("0.5")
        double abstentionAlarm,
    @Doc("How many of a judge's last judgments that share is of.") @Default("50")
        int abstentionWindow,
    @Doc("Milliseconds between two lines of the log about one judge's abstentions.")
        @Default("60000")
        long abstentionAlarmMs) {

  /** The section that holds these keys. */
  public static final String SECTION = "judge";

  /** A share group counts at most ten deliveries, one of which is kept for giving up. */
  static final int MOST_ATTEMPTS = 9;

  private static final int SECOND_MS = 1000;
  private static final int LARGEST_WINDOW = 1_000_000;

  public JudgeConfig {
    judges = List.copyOf(judges);
    Require.name("instance", instance);
    Require.between("max_attempts", maxAttempts, 1, MOST_ATTEMPTS);
    Require.atLeast("retry_backoff_ms", retryBackoffMs, 0);
    Require.atLeast("verdict_timeout_ms", verdictTimeoutMs, 1);
    Require.atLeast("max_poll_records", maxPollRecords, 1);
    Require.atLeast("session_timeout_ms", sessionTimeoutMs, SECOND_MS);
    Require.atLeast("lock_ms", lockMs, SECOND_MS);
    Require.that(
        abstentionAlarm > 0 && abstentionAlarm <= 1,
        "abstention_alarm",
        abstentionAlarm,
        "must be above 0, and at most 1");
    Require.between("abstention_window", abstentionWindow, AbstentionAlarm.FEWEST, LARGEST_WINDOW);
    Require.atLeast("abstention_alarm_ms", abstentionAlarmMs, SECOND_MS);
    Set<String> ids = new HashSet<>();
    judges.forEach(
        judge ->
            Require.that(
                ids.add(judge.id()), "judges", judge.id(), "must be the id of one judge only"));
  }

  /** One judge that checks the prompt's reference answer. */
  public static JudgeConfig defaults() {
    return SettingsTree.defaults(JudgeConfig.class);
  }

  /** Where a judge stands in the configuration, for messages. */
  String path(JudgeSpec judge) {
    return SECTION + ".judges[" + judges.indexOf(judge) + "]";
  }

  /** The most judges other than people that see the same pairs. */
  public int machinesOnOnePair() {
    List<PairShare> shares =
        judges.stream().filter(judge -> !judge.isHuman()).map(JudgeSpec::pairShare).toList();
    return shares.stream()
        .mapToInt(
            share -> (int) shares.stream().filter(other -> other.includes(share.from())).count())
        .max()
        .orElse(0);
  }

  /** Whether people judge the pair with an id. */
  public Predicate<String> forPeople() {
    List<PairShare> shares =
        judges.stream().filter(JudgeSpec::isHuman).map(JudgeSpec::pairShare).toList();
    return pairId -> shares.stream().anyMatch(share -> share.includes(pairId));
  }

  /** How many pairs may wait for people at once, by the human judge that takes the fewest. */
  public int mostForPeople() {
    return judges.stream()
        .filter(JudgeSpec::isHuman)
        .mapToInt(
            judge -> SettingsTree.read(judge.options(), HumanOptions.class, path(judge)).maxOpen())
        .min()
        .orElse(Integer.MAX_VALUE);
  }
}
