package io.dpostream.sampler;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.settings.UserException;
import java.util.function.Predicate;

/**
 * The facts about its run that a sampler needs.
 *
 * @param runId names the run
 * @param pairsPerStep preferences that one training step takes
 * @param forPeople whether people judge the pair with this id
 * @param mostForPeople pairs that may wait for people at once: of more, judges abstain
 */
public record SamplerRun(
    String runId, int pairsPerStep, Predicate<String> forPeople, int mostForPeople) {

  public SamplerRun {
    if (runId.isBlank()) {
      throw new UserException("run.id: is empty; name the run");
    }
    if (pairsPerStep < 1) {
      throw new IllegalArgumentException("pairsPerStep: " + pairsPerStep + " is not positive");
    }
    if (mostForPeople < 1) {
      throw new IllegalArgumentException("mostForPeople: " + mostForPeople + " is not positive");
    }
  }

  /** A run in which no pair waits for people. */
  public SamplerRun(String runId, int pairsPerStep) {
    this(runId, pairsPerStep, pairId -> false, Integer.MAX_VALUE);
  }

  /**
   * The consumer group under which the run's sampler commits the prompts it has used, and its
   * transactional id: whoever takes the id over is the run's sampler.
   */
  public static String groupId(KafkaSettings kafka, String runId) {
    return kafka.topicPrefix() + "sampler-" + runId;
  }
}
