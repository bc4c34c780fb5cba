package io.dpostream.sampler;

import io.dpostream.settings.SettingsReader;

/** Configurations as a user would write them. */
public final class Configs {
  private Configs() {}

  /** The defaults with some keys set, such as {@code seed=5}. */
  public static SamplerConfig of(String... assignments) {
    SettingsReader<Sampling> reader = new SettingsReader<>(new Sampling(SamplerConfig.defaults()));
    for (String assignment : assignments) {
      reader.set("sampler." + assignment);
    }
    return reader.read().sampler();
  }

  private record Sampling(SamplerConfig sampler) {}
}
