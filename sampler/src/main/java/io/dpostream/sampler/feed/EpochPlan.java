package io.dpostream.sampler.feed;

import io.dpostream.schemas.Prompt;
import io.dpostream.settings.UserException;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Which prompts of a file come in which epoch, and in what order: a function of the file, the seed
 * and the weights, so that a feeder that starts again goes on in the order of its predecessor.
 *
 * <p>A prompt of weight w comes ⌊(e + 1)w + φ⌋ − ⌊ew + φ⌋ times in epoch e: w times on average, and
 * exactly w times if w is whole. Its phase φ in [0, 1) spreads fractional weights over the epochs.
 * Used by one thread.
 */
final class EpochPlan {
  private static final int FINGERPRINT_DIGITS = 8;

  private final double[] weights;
  private final double[] phases;
  private final FeederConfig config;
  private final String fingerprint;
  private int epochInMemory = -1;
  private int[] order = {};

  /**
   * @throws UserException when no prompt has a weight above 0
   */
  EpochPlan(List<Prompt> prompts, FeederConfig config) {
    this.config = config;
    this.weights = prompts.stream().mapToDouble(this::weight).toArray();
    if (IntStream.range(0, weights.length).allMatch(i -> weights[i] == 0)) {
      throw new UserException(
          "prompts.weights: leave no prompt of %s; give a tag a weight above 0"
              .formatted(config.file()));
    }
    Random random = new Random(config.seed());
    this.phases = prompts.stream().mapToDouble(prompt -> random.nextDouble()).toArray();
    boolean plain =
        !config.shuffle() && IntStream.range(0, weights.length).allMatch(i -> weights[i] == 1);
    this.fingerprint = plain ? "" : fingerprint(prompts);
  }

  /** The first feed of all. */
  FeedPosition first() {
    return nonEmpty(0);
  }

  /** The position after the last one that was fed. */
  FeedPosition after(FeedPosition last) {
    if (!last.plan().equals(fingerprint)) {
      return nonEmpty(last.epoch() + 1); // what the other plan has left of its epoch is unknown
    }
    return last.index() + 1 < order(last.epoch()).length
        ? new FeedPosition(last.epoch(), last.index() + 1, fingerprint)
        : nonEmpty(last.epoch() + 1);
  }

  /** Index in the file of the prompt at a position. */
  int prompt(FeedPosition position) {
    return order(position.epoch())[position.index()];
  }

  private FeedPosition nonEmpty(int from) {
    int epoch = from;
    while (order(epoch).length == 0) {
      epoch++;
    }
    return new FeedPosition(epoch, 0, fingerprint);
  }

  private int[] order(int epoch) {
    if (epoch != epochInMemory) {
      order =
          IntStream.range(0, weights.length)
              .flatMap(i -> IntStream.generate(() -> i).limit(times(i, epoch)))
              .toArray();
      if (config.shuffle()) {
        shuffle(order, new Random(config.seed() * 31 + epoch));
      }
      epochInMemory = epoch;
    }
    return order;
  }

  private long times(int i, int epoch) {
    double before = epoch * weights[i] + phases[i];
    return (long) Math.floor(before + weights[i]) - (long) Math.floor(before);
  }

  /** The shuffle of Fisher and Yates, with the random numbers that Java specifies. */
  private static void shuffle(int[] values, Random random) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int value = values[i];
      values[i] = values[j];
      values[j] = value;
    }
  }

  private double weight(Prompt prompt) {
    return prompt.getTags().stream()
        .mapToDouble(tag -> config.weights().getOrDefault(tag, 1.0))
        .reduce(1, (a, b) -> a * b);
  }

  private String fingerprint(List<Prompt> prompts) {
    StringBuilder text = new StringBuilder();
    text.append(config.shuffle()).append('/').append(config.seed());
    for (int i = 0; i < weights.length; i++) {
      text.append('/').append(weights[i]).append(' ').append(prompts.get(i).getId());
    }
    return DigestUtils.sha256Hex(text.toString()).substring(0, FINGERPRINT_DIGITS);
  }
}
