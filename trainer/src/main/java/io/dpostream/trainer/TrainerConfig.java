package io.dpostream.trainer;

import io.dpostream.policy.model.Lora;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.loss.LossConfig;
import io.dpostream.trainer.loss.Losses;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a run is trained. The components are the configuration's keys in camel case; where TRL has a
 * key, it has TRL's name. A "step" is an optimizer step, a "version" a published policy.
 *
 * @param lossType identifiers of the losses to combine; the keys up to {@code sftWeight} are
 *     explained at {@link LossConfig}
 * @param labelSmoothingSource {@code config}, or {@code judges}: from when there is an estimate of
 *     how often labels are wrong, it takes the place of {@code labelSmoothing}
 * @param learningRate peak learning rate
 * @param lrSchedulerType constant, constant_with_warmup, linear or cosine; the latter two need
 *     {@code maxSteps}, or a pinned range whose length gives it
 * @param warmupSteps steps over which the rate rises from 0, whatever the schedule
 * @param weightDecay of AdamW; norms and biases are left out
 * @param maxGradNorm bound of the global norm; 0 for none
 * @param perDeviceTrainBatchSize pairs of one forward pass
 * @param gradientAccumulationSteps forward passes of one step; their product is the batch
 * @param maxLength tokens of prompt and completion together, if bounded
 * @param maxPromptLength tokens of the prompt, if bounded; cut from the left
 * @param numTrainEpochs passes over a pinned range; a stream is passed once
 * @param maxSteps the run ends after this step; 0 for no end
 * @param shuffle draws the order of a pinned range anew for each epoch, from {@code seed}
 * @param bf16 runs forward and backward in bfloat16; masters stay float32
 * @param syncRefModel moves the reference towards the policy as in TR-DPO
 * @param refModelMixupAlpha share of the policy in a moved reference; 1 is a hard copy
 * @param refModelSyncSteps steps between two such moves
 * @param gradientCheckpointing computes each layer again in the backward pass, for less memory
 * @param precomputeRefLogProbs scores a pinned range under the reference before the first step
 * @param loraR rank of LoRA adapters; 0 trains all weights
 * @param loraAlpha adapters count by {@code loraAlpha / loraR}
 * @param loraDropout must be 0
 * @param loraTargetModules adapted projections, by Hugging Face's names, or all-linear; q_proj and
 *     v_proj when empty
 * @param maxStaleness pairs that the run sampled more versions ago are stale; none when absent
 * @param stalePairs what becomes of those: skip, or weight as {@code useWeighting} does
 * @param revisions what a correction of an earlier preference does: apply (a new pair) or ignore
 * @param checkpointSteps steps between two checkpoints
 * @param keepCheckpoints newest checkpoints that are kept
 * @param publishSteps steps between two published versions
 * @param batchTimeoutMs after so many milliseconds a batch that is not full is trained as it is; 0
 *     waits for a full one
 * @param klFullSteps steps between two measurements of the divergence from the reference over the
 *     whole vocabulary, on the first micro-batch; 0 for none
 * @param maxNonFiniteSteps so many steps in a row without a finite loss and gradient stop the run
 */
public record TrainerConfig(
    List<String> lossType,
    List<Double> lossWeights,
    double beta,
    double labelSmoothing,
    String fDivergenceType,
    double fAlphaDivergenceCoef,
    Optional<Double> ldAlpha,
    boolean useWeighting,
    boolean weightingClamp,
    double discopopTau,
    double simpoGamma,
    double dpopLambda,
    double lengthAlpha,
    double odpoAlpha,
    double madpoTau,
    double madpoLambda,
    double madpoCMax,
    double rpoScale,
    double sftWeight,
    String labelSmoothingSource,
    double learningRate,
    String lrSchedulerType,
    long warmupSteps,
    double weightDecay,
    double adamBeta1,
    double adamBeta2,
    double adamEpsilon,
    double maxGradNorm,
    int perDeviceTrainBatchSize,
    int gradientAccumulationSteps,
    Optional<Integer> maxLength,
    Optional<Integer> maxPromptLength,
    int numTrainEpochs,
    long maxSteps,
    long seed,
    boolean shuffle,
    boolean bf16,
    boolean gradientCheckpointing,
    boolean precomputeRefLogProbs,
    boolean syncRefModel,
    double refModelMixupAlpha,
    long refModelSyncSteps,
    int loraR,
    double loraAlpha,
    double loraDropout,
    List<String> loraTargetModules,
    Optional<Long> maxStaleness,
    String stalePairs,
    String revisions,
    long checkpointSteps,
    int keepCheckpoints,
    long publishSteps,
    long batchTimeoutMs,
    long klFullSteps,
    int maxNonFiniteSteps) {

  private static final double MIXUP_ALPHA = 0.6;
  private static final long SYNC_STEPS = 512;
  private static final double LORA_ALPHA = 16;
  private static final String[] TARGET_MODULES =
      Stream.concat(Lora.MODULES.stream(), Stream.of(Lora.ALL_LINEAR)).toArray(String[]::new);

  /** DPO with TRL's defaults, but for the schedule: a stream has no end to decay towards. */
  public static TrainerConfig defaults() {
    LossConfig loss = LossConfig.defaults();
    return new TrainerConfig(
        loss.lossType(),
        loss.lossWeights(),
        loss.beta(),
        loss.labelSmoothing(),
        loss.fDivergenceType(),
        loss.fAlphaDivergenceCoef(),
        loss.ldAlpha(),
        loss.useWeighting(),
        loss.weightingClamp(),
        loss.discopopTau(),
        loss.simpoGamma(),
        loss.dpopLambda(),
        loss.lengthAlpha(),
        loss.odpoAlpha(),
        loss.madpoTau(),
        loss.madpoLambda(),
        loss.madpoCMax(),
        loss.rpoScale(),
        loss.sftWeight(),
        /* labelSmoothingSource= */ "config",
        /* learningRate= */ 1e-6,
        /* lrSchedulerType= */ "constant",
        /* warmupSteps= */ 0,
        /* weightDecay= */ 0,
        /* adamBeta1= */ 0.9,
        /* adamBeta2= */ 0.999,
        /* adamEpsilon= */ 1e-8,
        /* maxGradNorm= */ 1,
        /* perDeviceTrainBatchSize= */ 8,
        /* gradientAccumulationSteps= */ 1,
        /* maxLength= */ Optional.of(1024),
        /* maxPromptLength= */ Optional.of(512),
        /* numTrainEpochs= */ 1,
        /* maxSteps= */ 0,
        /* seed= */ 42,
        /* shuffle= */ false,
        /* bf16= */ false,
        /* gradientCheckpointing= */ false,
        /* precomputeRefLogProbs= */ false,
        /* syncRefModel= */ false,
        /* refModelMixupAlpha= */ MIXUP_ALPHA,
        /* refModelSyncSteps= */ SYNC_STEPS,
        /* loraR= */ 0,
        /* loraAlpha= */ LORA_ALPHA,
        /* loraDropout= */ 0,
        /* loraTargetModules= */ List.of(),
        /* maxStaleness= */ Optional.empty(),
        /* stalePairs= */ "skip",
        /* revisions= */ "apply",
        /* checkpointSteps= */ 50,
        /* keepCheckpoints= */ 2,
        /* publishSteps= */ 10,
        /* batchTimeoutMs= */ 0,
        /* klFullSteps= */ 10,
        /* maxNonFiniteSteps= */ 3);
  }

  public TrainerConfig {
    lossType = List.copyOf(lossType);
    lossWeights = List.copyOf(lossWeights);
    loraTargetModules = List.copyOf(loraTargetModules);
    LossConfig loss =
        new LossConfig(
            lossType,
            lossWeights,
            beta,
            labelSmoothing,
            fDivergenceType,
            fAlphaDivergenceCoef,
            ldAlpha,
            useWeighting || stalePairs.equals("weight"),
            weightingClamp,
            discopopTau,
            simpoGamma,
            dpopLambda,
            lengthAlpha,
            odpoAlpha,
            madpoTau,
            madpoLambda,
            madpoCMax,
            rpoScale,
            sftWeight);
    checkLoss(loss);
    oneOf("label_smoothing_source", labelSmoothingSource, "config", "judges");
    refuseUnless(
        labelSmoothingSource.equals("config") || Losses.usesLabelSmoothing(loss),
        "label_smoothing_source",
        labelSmoothingSource,
        "needs a loss that uses label_smoothing, such as sigmoid or robust; loss_type is "
            + String.join(", ", lossType));
    atLeast("learning_rate", learningRate, 0);
    oneOf(
        "lr_scheduler_type",
        lrSchedulerType,
        "constant",
        "constant_with_warmup",
        "linear",
        "cosine");
    atLeast("warmup_steps", warmupSteps, 0);
    atLeast("weight_decay", weightDecay, 0);
    fraction("adam_beta1", adamBeta1);
    fraction("adam_beta2", adamBeta2);
    refuseUnless(adamEpsilon > 0, "adam_epsilon", adamEpsilon, "must be above 0");
    atLeast("max_grad_norm", maxGradNorm, 0);
    atLeast("per_device_train_batch_size", perDeviceTrainBatchSize, 1);
    atLeast("gradient_accumulation_steps", gradientAccumulationSteps, 1);
    maxLength.ifPresent(length -> atLeast("max_length", length, 2));
    maxPromptLength.ifPresent(length -> atLeast("max_prompt_length", length, 1));
    atLeast("num_train_epochs", numTrainEpochs, 1);
    atLeast("max_steps", maxSteps, 0);
    refuseUnless(
        refModelMixupAlpha > 0 && refModelMixupAlpha <= 1,
        "ref_model_mixup_alpha",
        refModelMixupAlpha,
        "must be above 0 and at most 1");
    atLeast("ref_model_sync_steps", refModelSyncSteps, 1);
    refuseUnless(
        syncRefModel || (refModelMixupAlpha == MIXUP_ALPHA && refModelSyncSteps == SYNC_STEPS),
        "ref_model_mixup_alpha and ref_model_sync_steps",
        refModelMixupAlpha + ", " + refModelSyncSteps,
        "have no effect without sync_ref_model; leave them out");
    atLeast("lora_r", loraR, 0);
    refuseUnless(loraAlpha > 0, "lora_alpha", loraAlpha, "must be above 0");
    refuseUnless(
        loraDropout == 0,
        "lora_dropout",
        loraDropout,
        "is not possible, a replay knows no dice; set it to 0");
    refuseUnless(
        loraR > 0 || loraAlpha == LORA_ALPHA,
        "lora_alpha",
        loraAlpha,
        "has no effect without lora_r; leave it out");
    for (String module : loraTargetModules) {
      oneOf("lora_target_modules", module, TARGET_MODULES);
    }
    refuseUnless(
        loraR > 0 || loraTargetModules.isEmpty(),
        "lora_target_modules",
        loraTargetModules,
        "has no effect without lora_r; leave it out");
    refuseUnless(
        !(precomputeRefLogProbs && syncRefModel),
        "precompute_ref_log_probs",
        true,
        "has no effect on a reference that moves; set it or sync_ref_model to false");
    maxStaleness.ifPresent(versions -> atLeast("max_staleness", versions, 0));
    oneOf("stale_pairs", stalePairs, "skip", "weight");
    refuseUnless(
        stalePairs.equals("skip") || (maxStaleness.isPresent() && !useWeighting),
        "stale_pairs",
        stalePairs,
        "needs max_staleness, and has no effect beside use_weighting; set one or take skip");
    oneOf("revisions", revisions, "apply", "ignore");
    atLeast("checkpoint_steps", checkpointSteps, 1);
    atLeast("keep_checkpoints", keepCheckpoints, 1);
    atLeast("publish_steps", publishSteps, 1);
    atLeast("batch_timeout_ms", batchTimeoutMs, 0);
    atLeast("kl_full_steps", klFullSteps, 0);
    atLeast("max_non_finite_steps", maxNonFiniteSteps, 1);
  }

  /** Pairs of one step. */
  public int batchSize() {
    return Math.multiplyExact(perDeviceTrainBatchSize, gradientAccumulationSteps);
  }

  /** The keys of the loss. */
  public LossConfig loss() {
    return new LossConfig(
        lossType,
        lossWeights,
        beta,
        labelSmoothing,
        fDivergenceType,
        fAlphaDivergenceCoef,
        ldAlpha,
        useWeighting,
        weightingClamp,
        discopopTau,
        simpoGamma,
        dpopLambda,
        lengthAlpha,
        odpoAlpha,
        madpoTau,
        madpoLambda,
        madpoCMax,
        rpoScale,
        sftWeight);
  }

  /** Whether a pair that was sampled so many versions ago is stale. */
  public boolean isStale(long versions) {
    return maxStaleness.isPresent() && versions > maxStaleness.get();
  }

  private static void checkLoss(LossConfig loss) {
    try {
      Losses.check(loss);
    } catch (IllegalArgumentException e) {
      throw new UserException("trainer." + e.getMessage(), e);
    }
  }

  private static void atLeast(String key, double value, double bound) {
    refuseUnless(value >= bound, key, value, "must be at least " + number(bound));
  }

  private static void fraction(String key, double value) {
    refuseUnless(value >= 0 && value < 1, key, value, "must be at least 0 and below 1");
  }

  private static void oneOf(String key, String value, String... known) {
    refuseUnless(
        List.of(known).contains(value), key, value, "is not one of " + String.join(", ", known));
  }

  private static void refuseUnless(boolean valid, String key, Object value, String problem) {
    if (!valid) {
      Object shown = value instanceof Double d ? number(d) : "'" + value + "'";
      throw new UserException("trainer." + key + ": " + shown + " " + problem);
    }
  }

  /** Whole numbers without a fraction. */
  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
