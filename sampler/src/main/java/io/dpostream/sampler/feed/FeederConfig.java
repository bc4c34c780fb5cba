package io.dpostream.sampler.feed;

import io.dpostream.settings.Default;
import io.dpostream.settings.Doc;
import io.dpostream.settings.Require;

/** Settings of where prompts come from. */
public record FeederConfig(
    @Doc(
            "File of prompts, read over and over: JSON Lines, one array, or Parquet; empty when they come from elsewhere.")
        @Default("''")
        String file,
    @Doc("Times that the file is read; 0 is for ever.") @Default("0") int epochs,
    @Doc("Prompts on the topic that no sampler has used yet, at most.") @Default("256")
        int maxAhead) {

  public FeederConfig {
    Require.atLeast("epochs", epochs, 0);
    Require.atLeast("max_ahead", maxAhead, 1);
  }
}
