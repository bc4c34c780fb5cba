package io.dpostream.sampler.feed;

import io.dpostream.settings.Default;
import io.dpostream.settings.Doc;
import io.dpostream.settings.Require;
import io.dpostream.settings.SettingsTree;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Settings of where prompts come from. */
public record FeederConfig(
    @Doc(
            "File of prompts, read over and over: JSON Lines, one array, or Parquet; empty when they come from elsewhere.")
        @Default("''")
        String file,
    @Doc("Times that the file is read; 0 is for ever.") @Default("0") int epochs,
    @Doc("Prompts of the file on the topic that no sampler has used yet, at most.") @Default("256")
        int maxAhead,
    @Doc("Shuffle the prompts anew in each epoch, by `seed`; else they keep the file's order.")
        @Default("false")
        boolean shuffle,
    @Doc("Seed of the shuffle, and of the epochs in which prompts with a fractional weight come.")
        @Default("0")
        long seed,
    @Doc(
            "How often a prompt with a tag comes in an epoch, by tag: 2 is twice, 0.5 every other"
                + " epoch, 0 never. The weights of several tags are multiplied; without any, 1.")
        Map<String, Double> weights,
    @Doc(
            "Names a feeder among several of a run, each with a file of its own; processes with the"
                + " same name feed one after the other.")
        @Default("''")
        String feeder,
    @Doc("Further topics, by their full names, in which others write prompts for the run.")
        @Default("[]")
        List<String> topics,
    @Doc("Regular expression of the full names of further such topics; empty for none.")
        @Default("''")
        String topicPattern) {

  private static final double MOST_TIMES = 1000;

  public FeederConfig {
    weights = Map.copyOf(weights);
    topics = List.copyOf(topics);
    Require.atLeast("epochs", epochs, 0);
    Require.atLeast("max_ahead", maxAhead, 1);
    weights.forEach((tag, weight) -> Require.between("weights." + tag, weight, 0, MOST_TIMES));
    Require.nameOrEmpty("feeder", feeder);
    topics.forEach(topic -> Require.name("topics", topic));
    try {
      Pattern.compile(topicPattern);
    } catch (PatternSyntaxException e) {
      throw Require.refusal(
          "topic_pattern", topicPattern, "is no regular expression: " + e.getDescription());
    }
  }

  /** No file, and no further topics. */
  public static FeederConfig defaults() {
    return SettingsTree.defaults(FeederConfig.class);
  }

  /** A feeder of a file in the file's order. */
  static FeederConfig of(String file, int epochs, int maxAhead) {
    FeederConfig none = defaults();
    return new FeederConfig(
        file,
        epochs,
        maxAhead,
        none.shuffle,
        none.seed,
        none.weights,
        none.feeder,
        none.topics,
        none.topicPattern);
  }
}
