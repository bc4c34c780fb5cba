package io.dpostream.trainer.learner;

import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.policy.model.AdamW;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.FineTuning;
import io.dpostream.policy.model.PassBudget;
import io.dpostream.policy.model.RandomDraws;
import io.dpostream.policy.model.TrainableModel;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.schemas.Environment;
import io.dpostream.settings.Spelling;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.TrainerConfig;
import io.dpostream.trainer.loss.Losses;
import io.dpostream.trainer.loss.Objective;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Trains a language model by direct preference optimization and related losses. A step: forward
 * with graph, log-probabilities, loss and gradient in Java, backward, clip by global norm, AdamW.
 *
 * <p>How a batch is divided into forward passes depends on the batch and the configuration alone.
 */
public final class DpoLearner implements Learner {
  private final TrainerConfig config;
  private final EngineOptions engine;
  private final Environment environment;
  private final PairPreparation preparation;
  private final LearningRateSchedule schedule;
  private final TrainableModel policy;
  private final AdamW optimizer;
  private final MovingReference reference;
  private final ReferenceCache cache;
  private final LearnerCheckpoint checkpoint;
  private final PassPlan plan;
  private final StepMemory memory;
  private final PassScorer passScorer = new PassScorer();
  private LearnerProgress progress = LearnerProgress.NONE;

  private DpoLearner(
      TrainerConfig config, LearnerSettings settings, EngineOptions engine, Loaded loaded) {
    this.config = config;
    this.engine = engine;
    this.environment = Environments.of(engine);
    this.policy = loaded.policy();
    this.reference = loaded.reference();
    this.cache = ReferenceCache.openIn(settings.workFolder());
    this.schedule =
        new LearningRateSchedule(
            config.optimizer().lrSchedulerType(),
            config.optimizer().learningRate(),
            config.optimizer().warmupSteps(),
            config.cadence().maxSteps());
    this.optimizer = new AdamW(config.optimizer().adamW(), policy);
    this.checkpoint =
        new LearnerCheckpoint(
            loaded.source(), policy, optimizer, reference, config.lora().publishAdaptersAlone());
    this.plan = plan();
    this.memory = new StepMemory(config, policy);
    this.preparation =
        new PairPreparation(
            Losses.objective(config.loss()), truncation(), policy.config().vocabSize());
  }

  private record Loaded(
      CheckpointFolder source, TrainableModel policy, MovingReference reference) {}

  /**
   * Loads policy and reference; the policy starts as an exact copy of its folder.
   *
   * @throws UserException if the reference has another vocabulary, or the configuration cannot be
   *     satisfied
   * @throws CheckpointException if a folder cannot be used
   */
  public static DpoLearner open(TrainerConfig config, LearnerSettings settings) {
    checkSupported(config);
    EngineOptions given = settings.engine();
    EngineOptions engine =
        config.bf16() ? new EngineOptions(given.device(), "bfloat16", given.threads()) : given;
    CheckpointFolder source = CheckpointFolder.open(settings.model());
    VocabularyCheck.requireSame(source, CheckpointFolder.open(settings.reference()));
    FineTuning tuning = FineTunings.of(config, source);
    MemoryForecast.log(source.config(), tuning, engine, config.batch().passTokens());
    TrainableModel policy = TrainableModel.load(source, engine, tuning);
    try {
      MovingReference reference = reference(settings, source, policy, engine);
      try {
        return new DpoLearner(config, settings, engine, new Loaded(source, policy, reference));
      } catch (RuntimeException e) {
        reference.close();
        throw e;
      }
    } catch (RuntimeException e) {
      policy.close();
      throw e;
    }
  }

  /** Adapters leave the weights that they began with as they are: those are the reference. */
  private static MovingReference reference(
      LearnerSettings settings,
      CheckpointFolder source,
      TrainableModel policy,
      EngineOptions engine) {
    return policy.hasAdapters() && isSame(source, CheckpointFolder.open(settings.reference()))
        ? MovingReference.sharing(policy, source, settings.workFolder(), engine)
        : MovingReference.open(settings.reference(), settings.workFolder(), engine);
  }

  /** Compares by content where the places differ: a run may go on with a copy of either folder. */
  private static boolean isSame(CheckpointFolder policy, CheckpointFolder reference) {
    return policy.place().equals(reference.place())
        || policy.config().equals(reference.config()) && policy.sha256().equals(reference.sha256());
  }

  /**
   * Creates a factory of learners on a device.
   *
   * @param workFolder of the run; see {@link LearnerSettings}
   */
  public static LearnerFactory factory(EngineOptions engine, Path workFolder) {
    return (config, policy, reference) ->
        open(config, new LearnerSettings(policy, reference, engine, workFolder));
  }

  private static void checkSupported(TrainerConfig config) {
    boolean decays = config.optimizer().lrSchedulerType().decays();
    if (decays && config.cadence().maxSteps() == 0) {
      throw new UserException(
          "trainer.lr_scheduler_type: "
              + Spelling.of(config.optimizer().lrSchedulerType())
              + " needs an end to decay towards; set trainer.max_steps, or take constant");
    }
  }

  private Truncation truncation() {
    int positions =
        Math.min(policy.config().contextLength(), reference.folder().config().contextLength());
    int maxLength = Math.min(config.batch().maxLength().orElse(positions), positions);
    return new Truncation(maxLength, config.batch().maxPromptLength().orElse(positions));
  }

  @Override
  public Optional<String> refusal(TrainingPair pair) {
    return preparation.refusal(pair);
  }

  @Override
  public StepResult step(TrainingBatch batch, Runnable beforeUpdate) {
    if (batch.step() <= progress.step()) {
      throw new IllegalArgumentException(
          "step " + batch.step() + " cannot follow step " + progress.step());
    }
    List<PreparedPair> pairs =
        batch.pairs().stream()
            .map(pair -> preparation.prepare(pair, config.batch().isStale(batch.staleness(pair))))
            .toList();
    Objective objective = objective(batch);
    StepDigest digest = new StepDigest(batch.step(), pairs);
    StepComputation computation = computation(batch.step());
    StepComputation.Computed computed =
        memory.within(
            () -> {
              policy.zeroGrad();
              return computation.compute(objective, pairs, progress.lossState());
            });
    OptionalDouble divergence = divergence(batch, computation, pairs);
    double loss = computed.result().loss();
    beforeUpdate.run();
    double learningRate = schedule.rate(batch.step());
    double norm =
        Double.isFinite(loss)
            ? optimizer.step(learningRate, config.optimizer().maxGradNorm())
            : Double.NaN;
    Optional<String> nonFinite = nonFinite(loss, norm);
    long stepTokens = tokens(pairs);
    progress =
        nonFinite.isEmpty()
            ? progress.applied(batch.step(), stepTokens, computed.result().state())
            : progress.skipped(batch.step(), stepTokens);
    digest.logps(computed.preferences());
    Map<String, Double> metrics =
        StepMetrics.of(computed.preferences(), computed.result().groups());
    metrics.putAll(StepMetrics.truncated(pairs));
    metrics.put("loss", loss);
    metrics.put("grad_norm", norm);
    metrics.put("learning_rate", learningRate);
    metrics.put("num_tokens", (double) progress.tokens());
    divergence.ifPresent(kl -> metrics.put("kl/full", kl));
    return new StepResult(
        batch.step(), nonFinite, loss, metrics, stepTokens, digest.finish(loss, norm));
  }

  @Override
  public void precompute(List<TrainingPair> pairs) {
    List<TokenSequence> sequences =
        pairs.stream()
            .flatMap(pair -> preparation.prepare(pair, false).sequences().stream())
            .toList();
    memory.within(() -> scorer().logps(sequences));
  }

  private Objective objective(TrainingBatch batch) {
    return batch.labelSmoothing().isPresent()
        ? Losses.objective(config.loss().withLabelSmoothing(batch.labelSmoothing().getAsDouble()))
        : preparation.objective();
  }

  private StepComputation computation(long step) {
    return new StepComputation(
        policy,
        scorer(),
        config.batch().perDeviceTrainBatchSize(),
        plan,
        RandomDraws.combine(config.seed(), step));
  }

  private ReferenceScorer scorer() {
    return new ReferenceScorer(
        reference.model(), cache, environment + reference.arithmetic(), plan, passScorer);
  }

  private PassPlan plan() {
    Optional<Integer> tokens = config.batch().passTokens();
    return switch (config.batch().passLayout()) {
      case FLAT -> {
        PassBudget budget = PassBudget.of(policy.config(), engine.device());
        yield new FlatPlan(tokens.map(budget::withInputs).orElse(budget));
      }
      case PADDED -> tokens.map(PaddedPlan::new).orElse(PaddedPlan.on(engine.device()));
    };
  }

  private OptionalDouble divergence(
      TrainingBatch batch, StepComputation computation, List<PreparedPair> pairs) {
    boolean due =
        config.cadence().klFullSteps() > 0 && batch.step() % config.cadence().klFullSteps() == 0;
    return due
        ? OptionalDouble.of(memory.within(() -> computation.divergence(pairs, reference.model())))
        : OptionalDouble.empty();
  }

  private static Optional<String> nonFinite(double loss, double norm) {
    if (!Double.isFinite(loss)) {
      return Optional.of("loss is " + loss);
    }
    return Double.isFinite(norm) ? Optional.empty() : Optional.of("gradient norm is " + norm);
  }

  private static long tokens(List<PreparedPair> pairs) {
    return pairs.stream()
        .flatMap(pair -> pair.sequences().stream())
        .mapToLong(TokenSequence::length)
        .sum();
  }

  @Override
  public String refreshReference(double mixupAlpha) {
    reference.moveTowards(policy.weights(), mixupAlpha);
    return reference.sha256();
  }

  @Override
  public String policySha256() {
    return policy.sha256();
  }

  @Override
  public String referenceSha256() {
    return reference.sha256();
  }

  @Override
  public Environment environment() {
    return environment;
  }

  @Override
  public void save(Path emptyFolder) {
    checkpoint.save(emptyFolder, progress);
  }

  @Override
  public void restore(Path folder) {
    progress = checkpoint.restore(folder);
  }

  @Override
  public void writePolicy(Path emptyFolder) {
    checkpoint.writePolicy(emptyFolder);
  }

  @Override
  public void close() {
    cache.close();
    optimizer.close();
    reference.close();
    policy.close();
  }
}
