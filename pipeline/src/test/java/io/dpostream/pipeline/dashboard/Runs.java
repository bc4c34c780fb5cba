package io.dpostream.pipeline.dashboard;

import io.dpostream.pipeline.evaluation.WinRate;
import io.dpostream.pipeline.progress.Progress;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.FinishReason;
import io.dpostream.schemas.JudgeKind;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.OutcomeKind;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.Prompt;
import io.dpostream.schemas.StepTaken;
import io.dpostream.schemas.VerdictKind;
import io.dpostream.schemas.VersionStatus;
import io.dpostream.schemas.Vote;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs for tests. */
final class Runs {
  private Runs() {}

  static StepTaken step(long step, double loss) {
    return StepTaken.newBuilder()
        .setStep(step)
        .setRanges(List.of())
        .setPairs(16)
        .setLoss(loss)
        .setMetrics(
            Map.of(
                "rewards/margins",
                0.7 - loss,
                "rewards/accuracies",
                1 - loss,
                "kl",
                step * 0.001,
                "staleness",
                (double) (step % 3)))
        .setTokens(100)
        .setDigest("")
        .setDurationMs(10)
        .build();
  }

  static Progress progress(long step) {
    return new Progress(
        step,
        0.4,
        0.3,
        0.9,
        112,
        2,
        0,
        Map.of(OutcomeKind.PREFERRED, 60L, OutcomeKind.TIE, 45L, OutcomeKind.EXPIRED, 5L),
        220,
        60,
        3,
        Optional.of(new Progress.Version(3, "file:///v3", "ab".repeat(32), "cd".repeat(32), step)));
  }

  /** A history of some steps, three versions, a preference and two judges. */
  static RunHistory history(int steps) {
    RunHistory history = new RunHistory(Clock.systemUTC());
    for (int i = 1; i <= steps; i++) {
      history.step(step(i, 0.7 - 0.3 * i / steps + 0.04 * Math.sin(i)));
      if (i % 20 == 0) {
        history.measured(i, new WinRate(50 + i / 4, 50 - i / 8, 3));
      }
    }
    for (int v = 0; v <= 3; v++) {
      history.version(version(v, v * 10L));
    }
    history.preference(preference());
    for (String judge : List.of("answers", "style")) {
      history.judgment(judgment(judge, "p1", VerdictKind.FIRST));
      history.judgment(judgment(judge, "p2", VerdictKind.TIE));
    }
    return history;
  }

  private static PolicyVersion version(long number, long step) {
    return PolicyVersion.newBuilder()
        .setRunId("r1")
        .setVersion(number)
        .setUri("file:///v" + number)
        .setSha256(Long.toHexString(number + 10).repeat(64))
        .setReferenceSha256("cd".repeat(32))
        .setStep(step)
        .setStatus(VersionStatus.PUBLISHED)
        .setPublishedAt(Instant.EPOCH)
        .build();
  }

  private static Preference preference() {
    return Preference.newBuilder()
        .setPairId("p1")
        .setRunId("r1")
        .setPrompt(Prompt.newBuilder().setId("q").setText("How much is 7 minus 3?").build())
        .setPromptTokenIds(List.of(1))
        .setChosen(completion("4."))
        .setRejected(completion("<b>That is 14</b>, if you ask me."))
        .setProbability(0.9)
        .setVotes(
            List.of(
                Vote.newBuilder()
                    .setJudgmentId("j1")
                    .setJudgeId("people")
                    .setJudgeKind(JudgeKind.HUMAN)
                    .setAnnotatorId("ann")
                    .setVerdict(VerdictKind.FIRST)
                    .setConfidence(1)
                    .build()))
        .setPolicyVersion(2)
        .setContentHash("")
        .setDecidedAt(Instant.EPOCH)
        .build();
  }

  private static Completion completion(String text) {
    return Completion.newBuilder()
        .setText(text)
        .setTokenIds(List.of(1))
        .setFinishReason(FinishReason.STOP)
        .build();
  }

  private static Judgment judgment(String judge, String pair, VerdictKind verdict) {
    return Judgment.newBuilder()
        .setJudgmentId(judge + pair)
        .setPairId(pair)
        .setContentHash("")
        .setJudgeId(judge)
        .setJudgeKind(JudgeKind.RULE)
        .setJudgeVersion("1")
        .setVerdict(verdict)
        .setConfidence(1)
        .setLatencyMs(3L)
        .setCreatedAt(Instant.EPOCH)
        .build();
  }
}
