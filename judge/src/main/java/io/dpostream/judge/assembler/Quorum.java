package io.dpostream.judge.assembler;

import io.dpostream.judge.Side;
import io.dpostream.schemas.JudgeKind;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.OutcomeKind;
import io.dpostream.schemas.VerdictKind;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Decides a pair from the votes that count. A pure function of the configuration. */
final class Quorum {
  private final AssemblerConfig config;
  private final QuorumRule rule;

  Quorum(AssemblerConfig config) {
    this.config = config;
    this.rule = config.quorum();
  }

  /** The decision, once enough votes are in. */
  Optional<Decision> decide(List<Judgment> votes) {
    long counted =
        votes.stream().filter(vote -> !isSkip(vote)).mapToLong(Judgment::getStandsFor).sum();
    boolean complete =
        counted >= config.votes() || (rule == QuorumRule.FIRST && !verdicts(votes).isEmpty());
    return complete ? Optional.of(decided(votes)) : Optional.empty();
  }

  /** One person's abstention leaves the pair to other people; their judge's own one does not. */
  private static boolean isSkip(Judgment vote) {
    return vote.getJudgeKind() == JudgeKind.HUMAN
        && vote.getAnnotatorId().isPresent()
        && vote.getVerdict() == VerdictKind.ABSTAIN;
  }

  /**
   * The decision from what is there when a pair can wait no longer.
   *
   * @param when it ended, as the end of a sentence
   */
  Decision decideNow(List<Judgment> votes, String when) {
    int given = verdicts(votes).size();
    if (votes.isEmpty()) {
      return Decision.without(OutcomeKind.EXPIRED, "no vote " + when);
    }
    if (given > 0 && given < config.minVotes()) {
      return Decision.without(
          OutcomeKind.EXPIRED,
          "%d of at least %d verdicts %s".formatted(given, config.minVotes(), when));
    }
    return decided(votes);
  }

  /** The decision from these votes, however many they are. */
  Decision decided(List<Judgment> votes) {
    List<Judgment> verdicts = overriding(verdicts(votes));
    if (verdicts.isEmpty()) {
      return Decision.without(OutcomeKind.ABSTAINED, reasonOfFirst(votes));
    }
    return switch (rule) {
      case FIRST -> first(verdicts.get(0));
      case MAJORITY -> majority(verdicts);
      case UNANIMOUS -> unanimous(verdicts);
      case WEIGHTED -> weighted(verdicts);
    };
  }

  /** Votes that are no abstentions. */
  private static List<Judgment> verdicts(List<Judgment> votes) {
    return votes.stream().filter(vote -> vote.getVerdict() != VerdictKind.ABSTAIN).toList();
  }

  /** People's verdicts alone where they override and there are some. */
  private List<Judgment> overriding(List<Judgment> verdicts) {
    List<Judgment> human =
        verdicts.stream().filter(vote -> vote.getJudgeKind() == JudgeKind.HUMAN).toList();
    return config.humanOverrides() && !human.isEmpty() ? human : verdicts;
  }

  private Decision first(Judgment vote) {
    String reason = "first verdict, by " + vote.getJudgeId();
    return side(vote)
        .map(side -> preferred(side, probability(vote, side), List.of(vote), reason))
        .orElseGet(() -> Decision.without(OutcomeKind.TIE, reason));
  }

  /** More than half of the verdicts, or a tie. */
  private Decision majority(List<Judgment> verdicts) {
    long first = count(verdicts, VerdictKind.FIRST);
    long second = count(verdicts, VerdictKind.SECOND);
    String reason =
        "majority: %d first, %d second, %d tie"
            .formatted(first, second, verdicts.size() - first - second);
    if (2 * Math.max(first, second) <= verdicts.size()) {
      return Decision.without(OutcomeKind.TIE, reason);
    }
    Side side = first > second ? Side.FIRST : Side.SECOND;
    return preferred(side, meanProbability(verdicts, side), verdicts, reason);
  }

  private Decision unanimous(List<Judgment> verdicts) {
    VerdictKind verdict = verdicts.get(0).getVerdict();
    if (count(verdicts, verdict) < verdicts.size()) {
      return Decision.without(
          OutcomeKind.DROPPED,
          "not unanimous: %d first, %d second, %d tie"
              .formatted(
                  count(verdicts, VerdictKind.FIRST),
                  count(verdicts, VerdictKind.SECOND),
                  count(verdicts, VerdictKind.TIE)));
    }
    String reason = "unanimous: " + verdicts.size();
    return side(verdicts.get(0))
        .map(side -> preferred(side, meanProbability(verdicts, side), verdicts, reason))
        .orElseGet(() -> Decision.without(OutcomeKind.TIE, reason));
  }

  /**
   * Posterior of independent judges from an even prior: the log-odds add up. A vote for a side with
   * confidence c by a judge of accuracy a speaks for it with probability 1/2 + (a - 1/2)(2c - 1); a
   * tie speaks for neither.
   */
  private Decision weighted(List<Judgment> verdicts) {
    double logOdds = 0;
    for (Judgment vote : verdicts) {
      double p = 0.5 + (accuracy(vote) - 0.5) * (2 * vote.getConfidence() - 1);
      double evidence = Math.log(p / (1 - p));
      logOdds += side(vote).map(side -> side == Side.FIRST ? evidence : -evidence).orElse(0.0);
    }
    double posterior = 1 / (1 + Math.exp(-Math.abs(logOdds)));
    String reason =
        String.format(
            java.util.Locale.ROOT,
            "weighted: posterior %.4f of %d votes",
            posterior,
            verdicts.size());
    if (logOdds == 0 || posterior < config.minProbability()) {
      return Decision.without(OutcomeKind.TIE, reason);
    }
    return preferred(logOdds > 0 ? Side.FIRST : Side.SECOND, posterior, verdicts, reason);
  }

  private double accuracy(Judgment vote) {
    String byAnnotator = vote.getJudgeId() + "/" + vote.getAnnotatorId().orElse("");
    return config
        .accuracies()
        .getOrDefault(
            byAnnotator,
            config.accuracies().getOrDefault(vote.getJudgeId(), config.defaultAccuracy()));
  }

  private static Decision preferred(
      Side side, double probability, List<Judgment> votes, String reason) {
    OptionalDouble margin =
        votes.stream()
            .flatMap(vote -> vote.getScoreMargin().stream())
            .mapToDouble(m -> m)
            .average();
    return new Decision(
        OutcomeKind.PREFERRED,
        Optional.of(side),
        probability,
        margin.isPresent() ? Optional.of(margin.getAsDouble()) : Optional.empty(),
        reason);
  }

  private static double meanProbability(List<Judgment> votes, Side side) {
    double mean = votes.stream().mapToDouble(vote -> probability(vote, side)).average().orElse(0.5);
    return Math.max(0.5, mean);
  }

  /** Probability that a side is the better one, by one vote. */
  private static double probability(Judgment vote, Side side) {
    return side(vote)
        .map(voted -> voted == side ? vote.getConfidence() : 1 - vote.getConfidence())
        .orElse(0.5);
  }

  private static Optional<Side> side(Judgment vote) {
    return switch (vote.getVerdict()) {
      case FIRST -> Optional.of(Side.FIRST);
      case SECOND -> Optional.of(Side.SECOND);
      case TIE, ABSTAIN -> Optional.empty();
    };
  }

  private static long count(List<Judgment> votes, VerdictKind verdict) {
    return votes.stream().filter(vote -> vote.getVerdict() == verdict).count();
  }

  private static String reasonOfFirst(List<Judgment> votes) {
    Judgment vote = votes.get(0);
    return "%s abstained: %s"
        .formatted(vote.getJudgeId(), vote.getRationale().orElse("no reason given"));
  }
}
