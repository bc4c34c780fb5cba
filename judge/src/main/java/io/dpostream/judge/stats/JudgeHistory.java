package io.dpostream.judge.stats;

import io.dpostream.judge.Side;
import io.dpostream.judge.stats.LabelNoise.Label;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.ModelCall;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.VerdictKind;
import io.dpostream.schemas.Vote;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The judgments on the newest pairs and the votes behind the newest labels, as far as they are
 * measured: texts are let go of. Memory is bounded by the number of pairs, at about one kilobyte a
 * judgment. Not thread-safe.
 */
public final class JudgeHistory {
  private final int pairs;
  private final Map<String, List<Judgment>> judgments = new LinkedHashMap<>();
  private final Deque<Label> labels = new ArrayDeque<>();
  private final Map<Label, Label> alike = new HashMap<>();
  private long added;

  /**
   * An empty history.
   *
   * @param pairs that are remembered, and labels
   */
  public JudgeHistory(int pairs) {
    this.pairs = pairs;
  }

  /** Adds a judgment; the oldest pair goes when there are too many. */
  public void add(Judgment judgment) {
    added++;
    judgments
        .computeIfAbsent(
            judgment.getPairId() + "/" + judgment.getContentHash(), key -> new ArrayList<>(4))
        .add(measured(judgment));
    if (judgments.size() > pairs) {
      judgments.remove(judgments.keySet().iterator().next());
    }
  }

  /** Adds a label. */
  public void add(Preference preference) {
    List<Vote> votes =
        preference.getVotes().stream()
            .filter(vote -> isPreference(vote.getVerdict()))
            .map(JudgeHistory::anonymous)
            .toList();
    if (!votes.isEmpty()) {
      Optional<Side> chosen =
          preference.getChosenWasFirst().map(first -> first ? Side.FIRST : Side.SECOND);
      labels.add(alike.computeIfAbsent(new Label(votes, chosen), label -> label));
    }
    if (labels.size() > pairs) {
      labels.remove();
    }
  }

  /** Judgments added so far. */
  public long judgments() {
    return added;
  }

  /** A report for each judge and person, by name; see {@link JudgeStatistics#of}. */
  public List<JudgeReport> reports(long seed) {
    List<Judgment> all = new ArrayList<>();
    judgments.values().forEach(all::addAll);
    return JudgeStatistics.of(all, seed);
  }

  /** How often labels are wrong, by the error rates of some reports. */
  public Optional<LabelNoise> labelNoise(List<JudgeReport> reports) {
    Map<String, Double> errorRates = new HashMap<>();
    reports.forEach(
        report ->
            report.errorRate().ifPresent(rate -> errorRates.put(report.judge(), rate.estimate())));
    Map<Label, Long> counts = new HashMap<>();
    labels.forEach(label -> counts.merge(label, 1L, Long::sum));
    return LabelNoise.of(counts, errorRates);
  }

  private static boolean isPreference(VerdictKind verdict) {
    return verdict == VerdictKind.FIRST || verdict == VerdictKind.SECOND;
  }

  /** Without what differs from label to label. */
  private static Vote anonymous(Vote vote) {
    return Vote.newBuilder(vote).setJudgmentId("").setConfidence(1).build();
  }

  private static Judgment measured(Judgment judgment) {
    return Judgment.newBuilder(judgment)
        .clearRationale()
        .clearPromptTemplateSha256()
        .setCalls(judgment.getCalls().stream().map(JudgeHistory::withoutText).toList())
        .build();
  }

  private static ModelCall withoutText(ModelCall call) {
    return ModelCall.newBuilder(call).setRaw("").build();
  }
}
