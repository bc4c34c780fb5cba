package io.dpostream.trainer.learner;

import io.dpostream.schemas.Environment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The state that training advances: policy, reference, optimizer, loss state and schedule.
 *
 * <p>Deterministic: in the same {@link #environment()}, the same calls with the same arguments give
 * the same hashes and digests, bit for bit. It uses no clock, no Kafka, and no randomness other
 * than its seed; the order of its calls comes from the training ledger. Not thread-safe, but for
 * what {@link #step(TrainingBatch, Runnable)} allows.
 */
public interface Learner extends AutoCloseable {

  /**
   * Why this pair cannot be trained on: an empty completion, a token id outside the vocabulary, a
   * completion that truncation would empty. Depends on the pair and the configuration alone, so
   * that live run, recovery and replay skip the same pairs.
   */
  Optional<String> refusal(TrainingPair pair);

  /**
   * Takes one optimizer step. When the loss or the gradient is not finite, nothing but the step
   * counter changes. {@code batch.step()} is one more than that of the last call. Every pair has
   * passed {@link #refusal}.
   */
  default StepResult step(TrainingBatch batch) {
    return step(batch, () -> {});
  }

  /**
   * Takes one optimizer step as {@link #step(TrainingBatch)}. Until {@code beforeUpdate} returns
   * nothing changes that {@link #save}, {@link #writePolicy} and {@link #policySha256} read, so
   * that another thread may call these.
   *
   * @param beforeUpdate called once, when loss and gradient are known; what it throws ends the step
   */
  StepResult step(TrainingBatch batch, Runnable beforeUpdate);

  /**
   * Computes the reference's log-probabilities of these pairs, which have passed {@link #refusal},
   * ahead of the steps that need them; no result changes.
   */
  void precompute(List<TrainingPair> pairs);

  /**
   * Moves the reference towards the policy: {@code reference = alpha * policy + (1 - alpha) *
   * reference}; with 1 a hard copy.
   *
   * @return the hash of the reference after the refresh
   */
  String refreshReference(double mixupAlpha);

  /** SHA-256 over the policy's float32 master tensors sorted by name, as lower-case hex. */
  String policySha256();

  /** SHA-256 over the reference's float32 tensors sorted by name, as lower-case hex. */
  String referenceSha256();

  /** The environment that numerical results depend on besides their inputs. */
  Environment environment();

  /**
   * Writes the whole state into an existing empty folder: {@code policy/}, a complete Hugging Face
   * checkpoint, and beside it whatever else the next step depends on. The caller makes the folder
   * durable.
   *
   * @throws java.io.UncheckedIOException when the folder cannot be written
   */
  void save(Path emptyFolder);

  /**
   * Replaces the state with one that {@link #save} wrote.
   *
   * @throws io.dpostream.policy.checkpoint.CheckpointException when a file is missing, damaged or
   *     belongs to another model
   */
  void restore(Path folder);

  /** Writes the policy alone into an existing empty folder, as a Hugging Face checkpoint. */
  void writePolicy(Path emptyFolder);

  @Override
  void close();
}
