package io.dpostream.sampler;

import io.dpostream.kafka.Topics;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.OffsetRange;
import io.dpostream.schemas.OutcomeKind;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.StepTaken;
import io.dpostream.schemas.TrainingStep;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A judge that prefers the first completion of every pair, and a trainer that takes steps. */
final class BenchTrainer {
  private final Bench bench;
  private final Topics topics;
  private final int pairsPerStep;
  private long steps;
  private long trainedTo;

  BenchTrainer(Bench bench, int pairsPerStep) {
    this.bench = bench;
    this.topics = bench.kafka().topics();
    this.pairsPerStep = pairsPerStep;
  }

  /** Pairs that steps have used. */
  long trained() {
    return steps * pairsPerStep;
  }

  /** Makes a preference of each pair. */
  void judge(List<CompletionPair> pairs) {
    SamplerServiceIT.end(bench, pairs, OutcomeKind.PREFERRED);
    for (CompletionPair pair : pairs) {
      Preference preference =
          Preference.newBuilder()
              .setPairId(pair.getPairId())
              .setRunId(pair.getRunId())
              .setPrompt(pair.getPrompt())
              .setPromptTokenIds(pair.getPromptTokenIds())
              .setChosen(pair.getFirst())
              .setRejected(pair.getSecond())
              .setContentHash(pair.getContentHash())
              .setDecidedAt(Instant.EPOCH)
              .build();
      bench.send(topics.preferences(), pair.getPairId(), preference);
    }
  }

  /** Takes a step with the next preferences, which must be there. */
  void step() {
    steps++;
    OffsetRange range = new OffsetRange(0, trainedTo, trainedTo + pairsPerStep);
    trainedTo = range.getTo();
    StepTaken step =
        StepTaken.newBuilder()
            .setStep(steps)
            .setRanges(List.of(range))
            .setPairs(pairsPerStep)
            .setLoss(0)
            .setMetrics(Map.of())
            .setTokens(0)
            .setDigest("")
            .setDurationMs(0)
            .build();
    TrainingStep record = new TrainingStep(Bench.RUN, steps, step, Instant.EPOCH);
    bench.send(topics.trainingSteps(), Bench.RUN, record);
  }
}
