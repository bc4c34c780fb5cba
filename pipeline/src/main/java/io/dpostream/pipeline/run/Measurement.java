package io.dpostream.pipeline.run;

import io.dpostream.judge.Judge;
import io.dpostream.judge.rule.ReferenceMatch;
import io.dpostream.pipeline.config.EvaluationSettings;
import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.evaluation.AnswerCheck;
import io.dpostream.pipeline.evaluation.Completions;
import io.dpostream.pipeline.evaluation.Evaluation;
import io.dpostream.pipeline.evaluation.Evaluator;
import io.dpostream.pipeline.evaluation.PolicyCompletions;
import io.dpostream.pipeline.evaluation.WinRate;
import io.dpostream.sampler.feed.PromptsFile;
import io.dpostream.sampler.versions.LoadedPolicy;
import io.dpostream.sampler.versions.PolicyLoader;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.Prompt;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Measures policies against a run's reference on held-out prompts. It has a judge of its own, so
 * that the measure does not change with the judges that label. Not thread-safe.
 */
public final class Measurement implements AutoCloseable {

  private static final int BATCH = 64;
  private static final int LIVE_PROMPTS = 100;

  private final EvaluationSettings settings;
  private final List<Prompt> prompts;
  private final Judge judge;
  private final AnswerCheck check = ReferenceMatch.AUTO::matches;
  private final PolicyLoader loader;
  private final LoadedPolicy reference;
  private final Completions liveReference;

  private Measurement(
      EvaluationSettings settings,
      List<Prompt> prompts,
      Judge judge,
      PolicyLoader loader,
      LoadedPolicy reference) {
    this.settings = settings;
    this.prompts = prompts;
    this.judge = judge;
    this.loader = loader;
    this.reference = reference;
    this.liveReference = remembered(new PolicyCompletions(reference, "live/reference", BATCH));
  }

  /** Creates the configured measurement; empty when there are no held-out prompts. */
  public static Optional<Measurement> of(Settings settings, PolicyLoader loader) {
    EvaluationSettings evaluation = settings.evaluation();
    return evaluation
        .prompts()
        .map(
            file ->
                new Measurement(
                    evaluation,
                    PromptsFile.read(Path.of(file)).prompts(),
                    evaluation.newJudge(),
                    loader,
                    loader.load(settings.run().referenceFolder())));
  }

  /**
   * Measures a policy by fresh samples until enough comparisons are decided.
   *
   * @param folder the policy's folder
   * @throws InterruptedException if the thread is asked to stop
   */
  public Evaluation full(Path folder) throws InterruptedException {
    try (LoadedPolicy policy = loader.load(folder)) {
      return new Evaluator(prompts, judge, check)
          .evaluate(
              new PolicyCompletions(policy, "final/policy", BATCH),
              new PolicyCompletions(reference, "final/reference", BATCH),
              settings.minDecided(),
              settings.maxRounds());
    }
  }

  /**
   * Estimates by one comparison for each of the first prompts.
   *
   * @param folder the policy's folder
   */
  WinRate quick(Path folder) throws InterruptedException {
    List<Prompt> some = prompts.subList(0, Math.min(LIVE_PROMPTS, prompts.size()));
    try (LoadedPolicy policy = loader.load(folder)) {
      return new Evaluator(some, judge, check)
          .evaluate(new PolicyCompletions(policy, "live/policy", BATCH), liveReference, 1, 1)
          .winRate();
    }
  }

  /** Samples the reference's completions once, since they never change. */
  private static Completions remembered(Completions source) {
    Map<Integer, List<Completion>> rounds = new HashMap<>();
    return (some, round) -> {
      if (!rounds.containsKey(round)) {
        rounds.put(round, source.sample(some, round));
      }
      return rounds.getOrDefault(round, List.of());
    };
  }

  @Override
  public void close() {
    reference.close();
    judge.close();
  }
}
