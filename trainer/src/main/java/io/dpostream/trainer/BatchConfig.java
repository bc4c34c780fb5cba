package io.dpostream.trainer;

import io.dpostream.settings.Default;
import io.dpostream.settings.Doc;
import io.dpostream.settings.Require;
import java.util.Optional;

/** Which pairs make a batch. */
public record BatchConfig(
    @Doc("Pairs of one forward pass.") @Default("8") int perDeviceTrainBatchSize,
    @Doc("Forward passes of one step; times `per_device_train_batch_size` they are the batch.")
        @Default("1")
        int gradientAccumulationSteps,
    @Doc(
            "Tokens of prompt and completion together: a completion beyond them loses its end, and a"
                + " pair whose prompt alone fills them is skipped; null for the model's own bound.")
        @Default("1024")
        Optional<Integer> maxLength,
    @Doc(
            "Tokens of the prompt, which loses its beginning beyond them; unset for none but"
                + " `max_length`.")
        Optional<Integer> maxPromptLength,
    @Doc("Draws the order of a pinned range anew for each epoch, from `seed`.") @Default("false")
        boolean shuffle,
    @Doc("Pairs that the run sampled more versions ago are stale; unset for none.")
        Optional<Long> maxStaleness,
    @Doc("What becomes of stale pairs: `skip`, or `weight` as `use_weighting` does.")
        @Default("skip")
        StalePairs stalePairs,
    @Doc("What a correction of an earlier preference does: `apply` makes a new pair of it.")
        @Default("apply")
        Revisions revisions,
    @Doc(
            "Milliseconds after which a batch that is not full is trained as it is; 0 waits for a"
                + " full one.")
        @Default("0")
        long batchTimeoutMs,
    @Doc(
            "How a forward pass holds sequences: `flat`, one after the other with each prompt once,"
                + " or `padded`, in rows of their own, as runs of release 0.1 began.")
        @Default("flat")
        PassLayout passLayout,
    @Doc(
            "Inputs of one forward pass at most, which bound its memory; unset for the device's"
                + " default. The division of a batch into passes decides the last bits of its step.")
        Optional<Integer> passTokens) {

  /** How a forward pass holds sequences. */
  public enum PassLayout {
    FLAT,
    PADDED
  }

  /** What becomes of stale pairs. */
  public enum StalePairs {
    SKIP,
    WEIGHT
  }

  /** What a correction of an earlier preference does. */
  public enum Revisions {
    APPLY,
    IGNORE
  }

  public BatchConfig {
    Require.atLeast("per_device_train_batch_size", perDeviceTrainBatchSize, 1);
    Require.atLeast("gradient_accumulation_steps", gradientAccumulationSteps, 1);
    maxLength.ifPresent(tokens -> Require.atLeast("max_length", tokens, 2));
    maxPromptLength.ifPresent(tokens -> Require.atLeast("max_prompt_length", tokens, 1));
    passTokens.ifPresent(tokens -> Require.atLeast("pass_tokens", tokens, 256));
    maxStaleness.ifPresent(versions -> Require.atLeast("max_staleness", versions, 0));
    Require.atLeast("batch_timeout_ms", batchTimeoutMs, 0);
  }

  /** Pairs of one step. */
  public int size() {
    return Math.multiplyExact(perDeviceTrainBatchSize, gradientAccumulationSteps);
  }

  /** Whether a pair that was sampled so many versions ago is stale. */
  public boolean isStale(long versions) {
    return maxStaleness.isPresent() && versions > maxStaleness.get();
  }
}
