package io.dpostream.sampler;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.writing.Retry;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.Consumer;

/**
 * The topics that a run's prompts come from.
 *
 * @param own the deployment's own, which is always one of them
 * @param pattern matches the names of all
 */
record PromptTopics(String own, Pattern pattern) {

  /** The deployment's own topic, and those that others write. */
  static PromptTopics of(KafkaSettings kafka, SamplerRun run) {
    String own = kafka.topics().prompts().name();
    Set<String> parts = new HashSet<>();
    parts.add(Pattern.quote(own));
    run.furtherTopics().stream().map(Pattern::quote).forEach(parts::add);
    if (!run.topicPattern().isEmpty()) {
      parts.add("(?:" + run.topicPattern() + ")");
    }
    return new PromptTopics(own, Pattern.compile(String.join("|", parts)));
  }

  /**
   * The number of partitions of all topics that exist.
   *
   * @param retry asks again while no broker answers
   */
  int partitions(Consumer<?, ?> consumer, Retry retry) {
    return retry.call(() -> consumer.listTopics()).entrySet().stream()
        .filter(topic -> include(topic.getKey()))
        .mapToInt(topic -> topic.getValue().size())
        .sum();
  }

  /** Whether prompts come from a topic. */
  boolean include(String topic) {
    return pattern.matcher(topic).matches();
  }
}
