package io.dpostream.kafka;

import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_COMPACT;
import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_DELETE;
import static org.apache.kafka.common.config.TopicConfig.MAX_MESSAGE_BYTES_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.RETENTION_BYTES_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.RETENTION_MS_CONFIG;

import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.PairOutcome;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.Prompt;
import io.dpostream.schemas.TrainingStep;
import io.dpostream.settings.UserException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;

/** The topics of one deployment. Topic names are defined nowhere else. Immutable. */
public final class Topics {
  /** Kept for good: what a replay reads. */
  private static final Map<String, String> FOREVER =
      Map.of(
          CLEANUP_POLICY_CONFIG, CLEANUP_POLICY_DELETE,
          RETENTION_MS_CONFIG, "-1",
          RETENTION_BYTES_CONFIG, "-1");

  private static final Map<String, String> FOREVER_AND_LARGE =
      upTo(KafkaSettings.LARGEST_RECORD_BYTES, FOREVER);

  /** Kept for a year: lineage and audits. */
  private static final Map<String, String> LONG =
      Map.of(
          CLEANUP_POLICY_CONFIG,
          CLEANUP_POLICY_DELETE,
          RETENTION_MS_CONFIG,
          Long.toString(Duration.ofDays(365).toMillis()));

  /** The newest record of each key is kept. */
  private static final Map<String, String> COMPACT =
      Map.of(CLEANUP_POLICY_CONFIG, CLEANUP_POLICY_COMPACT);

  /** As many samplers can share a run's prompts; an existing topic keeps the number it has. */
  private static final int PROMPT_PARTITIONS = 8;

  private final String prefix;

  /**
   * Creates the topics whose names all start with a prefix.
   *
   * @param prefix put before every name as it is, for example {@code team-a.}; may be empty
   */
  public Topics(String prefix) {
    if (!prefix.matches("[a-zA-Z0-9._-]*")) {
      throw new UserException(
          "topic.prefix: '" + prefix + "' may hold only letters, digits, '.', '_' and '-'");
    }
    this.prefix = prefix;
  }

  /** Prompts to sample completions for, keyed by prompt id. */
  public Topic<Prompt> prompts() {
    return new Topic<>(prefix + "prompts", Prompt.class, LONG, PROMPT_PARTITIONS);
  }

  /** Sampled pairs, keyed by pair id. */
  public Topic<CompletionPair> completionPairs() {
    return topic("completion-pairs", CompletionPair.class, LONG);
  }

  /** Verdicts of judges, keyed by pair id. */
  public Topic<Judgment> judgments() {
    return topic("judgments", Judgment.class, LONG);
  }

  /** Outcomes of pairs, keyed by pair id. */
  public Topic<PairOutcome> outcomes() {
    return topic("outcomes", PairOutcome.class, LONG);
  }

  /** Preferences that the trainer learns from, keyed by pair id; never deleted, never compacted. */
  public Topic<Preference> preferences() {
    return topic("preferences", Preference.class, FOREVER_AND_LARGE);
  }

  /** Published policies, keyed by run id and version; compacted. */
  public Topic<PolicyVersion> policyVersions() {
    return topic("policy-versions", PolicyVersion.class, COMPACT);
  }

  /** The training ledger, keyed by run id; one partition, never deleted. */
  public Topic<TrainingStep> trainingSteps() {
    return topic("training-steps", TrainingStep.class, FOREVER);
  }

  /** Name of the topic for records that could not be processed, kept byte for byte. */
  public String deadLetters() {
    return prefix + "dead-letters";
  }

  /** All topics that hold Avro records: every one but the dead letters. */
  public List<Topic<?>> all() {
    return List.of(
        prompts(),
        completionPairs(),
        judgments(),
        outcomes(),
        preferences(),
        policyVersions(),
        trainingSteps());
  }

  /**
   * Creates the topics that are missing, with the broker's default replication factor, waits until
   * they can be written, and checks those that exist. A cluster whose transactions are of an old
   * kind is warned of in the log.
   *
   * @throws UserException when an existing topic is configured so that it loses records that are
   *     needed, or the broker cannot be reached
   */
  public void ensure(Admin admin) {
    TransactionVersion.warn(admin);
    new TopicSetup(admin)
        .ensure(all(), deadLetters(), upTo(2 * KafkaSettings.LARGEST_RECORD_BYTES, LONG));
  }

  /**
   * Returns the number of partitions by topic name, for those of the topics that exist.
   *
   * @throws UserException when the broker cannot be reached
   */
  public static Map<String, Integer> partitions(Admin admin, Set<String> names) {
    return new TopicSetup(admin).partitions(names);
  }

  /** Allows for records that hold more than the records they were made of. */
  private static Map<String, String> upTo(int recordBytes, Map<String, String> config) {
    Map<String, String> larger = new HashMap<>(config);
    larger.put(MAX_MESSAGE_BYTES_CONFIG, Integer.toString(recordBytes));
    return Map.copyOf(larger);
  }

  private <T extends SpecificRecord> Topic<T> topic(
      String name, Class<T> type, Map<String, String> config) {
    return new Topic<>(prefix + name, type, config, 1);
  }
}
