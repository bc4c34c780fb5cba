package io.dpostream.sampler;

import io.dpostream.kafka.KafkaSettings;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

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

  /** Whether prompts come from a topic. */
  boolean include(String topic) {
    return pattern.matcher(topic).matches();
  }
}
