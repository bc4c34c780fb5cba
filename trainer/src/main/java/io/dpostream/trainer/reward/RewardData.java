package io.dpostream.trainer.reward;

import io.dpostream.settings.UserException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The pairs to train on, and those of other prompts to measure with.
 *
 * @param tooLong pairs that were left out
 */
public record RewardData(List<RewardPair> training, List<RewardPair> heldOut, int tooLong) {
  public RewardData {
    training = List.copyOf(training);
    heldOut = List.copyOf(heldOut);
  }

  /**
   * Drops pairs that are too long and holds out a share of the prompts, at least one unless the
   * share is 0. The result depends on the arguments alone; both parts keep the given order.
   *
   * @throws UserException if nothing is left to train on
   */
  public static RewardData of(List<RewardPair> pairs, RewardConfig config) {
    List<RewardPair> usable =
        pairs.stream().filter(pair -> pair.length() <= config.maxLength()).toList();
    List<String> prompts =
        new ArrayList<>(usable.stream().map(RewardPair::prompt).distinct().toList());
    Collections.shuffle(prompts, new Random(config.seed()));
    int count = (int) Math.ceil(config.evalShare() * prompts.size());
    if (count >= prompts.size()) {
      throw new UserException(
          "preferences: %d of %d pairs are within reward.max_length %d, with %d prompts, of which reward.eval_share holds %d out; nothing is left to train on"
              .formatted(usable.size(), pairs.size(), config.maxLength(), prompts.size(), count));
    }
    Set<String> held = Set.copyOf(prompts.subList(0, count));
    var parts = usable.stream().collect(Collectors.partitioningBy(p -> held.contains(p.prompt())));
    return new RewardData(
        parts.getOrDefault(false, List.of()),
        parts.getOrDefault(true, List.of()),
        pairs.size() - usable.size());
  }

  /** The batches of an epoch, in an order that is drawn anew for each; the last may be smaller. */
  List<List<RewardPair>> batches(RewardConfig config, int epoch) {
    List<RewardPair> shuffled = new ArrayList<>(training);
    Collections.shuffle(shuffled, new Random(31 * config.seed() + epoch));
    List<List<RewardPair>> batches = new ArrayList<>();
    int size = config.perDeviceTrainBatchSize();
    for (int i = 0; i < shuffled.size(); i += size) {
      batches.add(List.copyOf(shuffled.subList(i, Math.min(i + size, shuffled.size()))));
    }
    return batches;
  }
}
