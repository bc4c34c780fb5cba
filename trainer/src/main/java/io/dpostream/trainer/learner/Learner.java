package io.dpostream.trainer.learner;

import io.dpostream.schemas.Environment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The state that training advances: policy, reference, optimizer, loss state and schedule.
 *
 * <p>Deterministic: in the same {@link #environment()}, the same calls with the same arguments give
 * the same hashes and digests, bit for bit. It knows no clock, no randomness but its seed, and no
 * Kafka; the order of its calls comes from the training ledger. Not thread-safe.
 */
public interface Learner extends AutoCloseable {

  /**
   * Why this pair cannot be trained on: an empty completion, a token id outside the vocabulary, a
   * completion that truncation would empty. A function of the pair and the configuration alone, so
   * that live run, recovery and replay skip the same pairs.
   */
  Optional<String> refusal(TrainingPair pair);

  /**
   * Takes one optimizer step, or none when the loss or the gradient is not finite; then the state
   * is as before but for the step counter. {@code batch.step()} is one more than that of the last
   * call. Every pair has passed {@link #refusal}.
   */
  StepResult step(TrainingBatch batch);

  /**
   * Works out what the reference has to say of these pairs, which have passed {@link #refusal}, so
   * that the steps need not; it changes no result.
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

  /** The same over the reference. */
  String referenceSha256();

  /** What the numbers depend on besides their inputs. */
  Environment environment();

  /**
   * Writes the whole state into an existing empty folder: {@code policy/}, a complete Hugging Face
   * checkpoint, and beside it whatever else the next step depends on. Whoever calls it makes the
   * folder durable.
   *
   * @throws java.io.UncheckedIOException when the folder cannot be written
   */
  void save(Path emptyFolder);

  /**
   * Replaces the state by one that {@link #save} wrote.
   *
   * @throws io.dpostream.policy.checkpoint.CheckpointException when a file is missing, damaged or
   *     of another model
   */
  void restore(Path folder);

  /** Writes the policy alone into an existing empty folder, as a Hugging Face checkpoint. */
  void writePolicy(Path emptyFolder);

  @Override
  void close();
}
