package io.dpostream.pipeline.formats;

import com.fasterxml.jackson.databind.JsonNode;
import io.dpostream.files.RowFile;
import io.dpostream.files.RowRefusedException;
import io.dpostream.files.RowReport;
import io.dpostream.schemas.JudgeKind;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.JudgmentId;
import io.dpostream.schemas.VerdictKind;
import io.dpostream.settings.UserException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads judgments from a file. Each row has {@code pair_id}, {@code content_hash}, {@code judge_id}
 * and {@code verdict} (first, second, tie, abstain); optional are {@code judge_kind} (human unless
 * said), {@code judge_version}, {@code annotator_id}, {@code attempt}, {@code supersedes}, {@code
 * stands_for}, {@code confidence}, {@code score_margin} and {@code rationale}.
 */
public final class JudgmentRow {
  private JudgmentRow() {}

  /**
   * Reads a file, plain or gzip, JSON Lines or one array.
   *
   * @throws UserException when the file cannot be read on
   */
  public static RowReport read(Path file, Instant now, Consumer<Judgment> accepted) {
    return RowFile.read(file, (line, row) -> parse(row, now), accepted);
  }

  private static Judgment parse(JsonNode row, Instant now) {
    String pairId = Fields.text(row, "pair_id");
    String judgeId = Fields.text(row, "judge_id");
    Optional<String> annotator = Fields.scalar(row, "annotator_id");
    VerdictKind verdict =
        Fields.constant(VerdictKind.class, Fields.text(row, "verdict"), "verdict");
    boolean sided = verdict == VerdictKind.FIRST || verdict == VerdictKind.SECOND;
    double confidence = Fields.number(row, "confidence").orElse(sided ? 1.0 : 0.5);
    if (sided && !(confidence >= 0.5 && confidence <= 1)) {
      throw new RowRefusedException("confidence is not in [0.5, 1]");
    }
    int attempt = count(row, "attempt");
    Judgment.Builder judgment =
        Judgment.newBuilder()
            .setJudgmentId(JudgmentId.of(pairId, judgeId, annotator, attempt))
            .setPairId(pairId)
            .setContentHash(Fields.text(row, "content_hash"))
            .setJudgeId(judgeId)
            .setJudgeKind(
                Fields.constant(
                    JudgeKind.class,
                    Fields.scalar(row, "judge_kind").orElse("human"),
                    "judge_kind"))
            .setJudgeVersion(Fields.scalar(row, "judge_version").orElse(""))
            .setAttempt(attempt)
            .setVerdict(verdict)
            .setStandsFor(count(row, "stands_for"))
            .setConfidence(confidence)
            .setCreatedAt(now);
    annotator.ifPresent(judgment::setAnnotatorId);
    Fields.scalar(row, "supersedes").ifPresent(judgment::setSupersedes);
    Fields.number(row, "score_margin").ifPresent(judgment::setScoreMargin);
    Fields.scalar(row, "rationale").ifPresent(judgment::setRationale);
    return judgment.build();
  }

  private static int count(JsonNode row, String name) {
    double count = Fields.number(row, name).orElse(1.0);
    if (count < 1 || count != Math.rint(count) || count > Integer.MAX_VALUE) {
      throw new RowRefusedException(name + " is not a whole number from 1 up");
    }
    return (int) count;
  }
}
