package io.dpostream.sampler;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.settings.UserException;
import java.util.List;
import java.util.function.Predicate;

/**
 * The facts about its run that a sampler needs.
 *
 * @param runId names the run
 * @param pairsPerStep preferences that one training step takes
 * @param forPeople whether people judge the pair with this id
 * @param mostForPeople pairs that may wait for people at once: of more, judges abstain
 * @param furtherTopics full names of topics in which others write prompts for the run
 * @param topicPattern regular expression of the names of more such topics; empty for none
 */
public record SamplerRun(
    String runId,
    int pairsPerStep,
    Predicate<String> forPeople,
    int mostForPeople,
    List<String> furtherTopics,
    String topicPattern) {

  public SamplerRun {
    furtherTopics = List.copyOf(furtherTopics);
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

  /** A run whose prompts come from the deployment's own topic alone. */
  public SamplerRun(
      String runId, int pairsPerStep, Predicate<String> forPeople, int mostForPeople) {
    this(runId, pairsPerStep, forPeople, mostForPeople, List.of(), "");
  }

  /** The consumer group that shares the run's prompts and commits those that were used. */
  public static String groupId(KafkaSettings kafka, String runId) {
    return kafka.topicPrefix() + "sampler-" + runId;
  }

  /**
   * The transactional id of one of the run's samplers. No name holds a slash, so it is nobody
   * else's: with a hyphen, {@code 2} of run {@code exp} would be taken for a part of {@code exp-2}.
   */
  static String transactionalId(KafkaSettings kafka, String runId, String instance) {
    return groupId(kafka, runId) + "/" + instance;
  }
}
