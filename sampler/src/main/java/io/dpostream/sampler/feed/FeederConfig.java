package io.dpostream.sampler.feed;

import io.dpostream.settings.UserException;

/**
 * Settings of where prompts come from. Component names are the keys in camel case.
 *
 * @param file JSONL of prompts, read over and over; empty when prompts come onto the topic from
 *     elsewhere
 * @param epochs how many times to read it; 0 is for ever
 * @param maxAhead bound on prompts on the topic that no sampler has used yet
 */
public record FeederConfig(String file, int epochs, int maxAhead) {

  public FeederConfig {
    require(epochs >= 0, "epochs", epochs, "use a whole number; 0 is for ever");
    require(maxAhead > 0, "max_ahead", maxAhead, "use a positive number of prompts");
  }

  /** The defaults, for a configuration without a prompts section. */
  public static FeederConfig defaults() {
    return new FeederConfig("", 0, 256);
  }

  private static void require(boolean holds, String key, Object value, String fix) {
    if (!holds) {
      throw new UserException("prompts.%s: %s is not possible; %s".formatted(key, value, fix));
    }
  }
}
