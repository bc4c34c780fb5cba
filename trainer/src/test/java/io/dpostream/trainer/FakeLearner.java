package io.dpostream.trainer;

import io.dpostream.schemas.Environment;
import io.dpostream.trainer.learner.Learner;
import io.dpostream.trainer.learner.StepResult;
import io.dpostream.trainer.learner.TrainingBatch;
import io.dpostream.trainer.learner.TrainingPair;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * A learner whose weights are a hash over everything it has been given: it forgets nothing,
 * forgives no change of order, and costs nothing.
 */
public class FakeLearner implements Learner {
  /** Token ids from here on are outside the vocabulary. */
  public static final int VOCABULARY = 100;

  /** A batch with this token in a chosen completion has no finite loss. */
  public static final int POISON = 99;

  private static final String WEIGHTS = "weights.txt";

  private final TrainerConfig config;
  private String policy;
  private String reference;
  private int threads = 1;

  /** Opens a learner on two folders that {@link #writeModel} made. */
  public FakeLearner(TrainerConfig config, Path policy, Path reference) {
    this.config = config;
    this.policy = DigestUtils.sha256Hex(read(policy.resolve(WEIGHTS)));
    this.reference = DigestUtils.sha256Hex(read(reference.resolve(WEIGHTS)));
  }

  /** Opens a learner as on a machine with another number of threads. */
  public FakeLearner onThreads(int number) {
    this.threads = number;
    return this;
  }

  /** Makes a model folder. */
  public static Path writeModel(Path folder, String weights) {
    try {
      Files.createDirectories(folder);
      return Files.writeString(folder.resolve(WEIGHTS), weights).getParent();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Optional<String> refusal(TrainingPair pair) {
    return Arrays.stream(pair.chosen()).anyMatch(id -> id >= VOCABULARY)
        ? Optional.of("a token id is outside the vocabulary")
        : Optional.empty();
  }

  @Override
  public void precompute(List<TrainingPair> pairs) {}

  @Override
  public StepResult step(TrainingBatch batch, Runnable beforeUpdate) {
    beforeUpdate.run();
    StringBuilder given =
        new StringBuilder(policy + reference + config.loss().beta() + batch.step());
    given.append(batch.labelSmoothing());
    boolean poisoned = false;
    for (TrainingPair pair : batch.pairs()) {
      given.append(pair.pairId()).append(Arrays.toString(pair.chosen()));
      given.append(Arrays.toString(pair.rejected())).append(pair.probability());
      given.append(batch.staleness(pair));
      poisoned |= Arrays.stream(pair.chosen()).anyMatch(id -> id == POISON);
    }
    String digest = DigestUtils.sha256Hex(given.toString());
    if (poisoned) {
      return result(batch, Optional.of("loss is NaN"), Double.NaN, digest);
    }
    policy = DigestUtils.sha256Hex(digest);
    return result(batch, Optional.empty(), 1.0 / batch.step(), digest);
  }

  private static StepResult result(
      TrainingBatch batch, Optional<String> nonFinite, double loss, String digest) {
    long tokens = batch.pairs().stream().mapToLong(pair -> pair.chosen().length).sum();
    return new StepResult(
        batch.step(), nonFinite, loss, Map.of("rewards/margins", 0.5), tokens, digest);
  }

  @Override
  public String refreshReference(double mixupAlpha) {
    reference = DigestUtils.sha256Hex(reference + mixupAlpha + policy);
    return reference;
  }

  @Override
  public String policySha256() {
    return policy;
  }

  @Override
  public String referenceSha256() {
    return reference;
  }

  @Override
  public Environment environment() {
    return new Environment("cpu", "float32", threads, "fake", "none");
  }

  @Override
  public void save(Path emptyFolder) {
    write(emptyFolder.resolve("policy.txt"), policy);
    write(emptyFolder.resolve("reference.txt"), reference);
  }

  @Override
  public void restore(Path folder) {
    policy = read(folder.resolve("policy.txt"));
    reference = read(folder.resolve("reference.txt"));
  }

  @Override
  public void writePolicy(Path emptyFolder) {
    write(emptyFolder.resolve(WEIGHTS), policy);
  }

  @Override
  public void close() {}

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
