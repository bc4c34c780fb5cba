package io.dpostream.judge.human;

import io.dpostream.settings.Default;
import io.dpostream.settings.Doc;
import io.dpostream.settings.InvalidSettingException;
import io.dpostream.settings.Require;
import java.util.Optional;

/** The options of type {@code human}. */
public record HumanOptions(
    @Doc("Address that the page listens on.") @Default("127.0.0.1") String host,
    @Doc("Port of the page; 0 is any free one, which the log names.") @Default("8085") int port,
    @Doc("Set it when people reach the page through https: cookies then travel no other way.")
        @Default("false")
        boolean https,
    @Doc("File of plain text that everybody can read; a few sentences of our own unless set.")
        Optional<String> guidelines,
    @Doc("File with a line `name: token` for each person; it or `annotators_env` must be set.")
        Optional<String> annotators,
    @Doc("Environment variable that holds such lines.") Optional<String> annotatorsEnv,
    @Doc("Verdicts of different people that each pair is to get.") @Default("1") int votesPerPair,
    @Doc("Milliseconds that a person may hold a pair.") @Default("900000") long leaseMs,
    @Doc(
            "Pairs that may wait for people: the sampler waits at so many, and of more the judge"
                + " abstains from those of the oldest version.")
        @Default("200")
        int maxOpen,
    @Doc("Shows people pairs that have their outcome, as long as corrections count.")
        @Default("false")
        boolean showDecided) {

  /** The type's name in the configuration. */
  public static final String TYPE = "human";

  private static final int MOST_VOTES = 100;
  private static final int MOST_OPEN = 100_000;

  public HumanOptions {
    Require.port("port", port);
    Require.between("votes_per_pair", votesPerPair, 1, MOST_VOTES);
    Require.between("lease_ms", leaseMs, 1, Integer.MAX_VALUE);
    Require.between("max_open", maxOpen, 1, MOST_OPEN);
    if (annotators.isPresent() == annotatorsEnv.isPresent()) {
      throw new InvalidSettingException(
          "annotators: set it to a file with a line 'name: token' for each person, or"
              + " annotators_env to an environment variable that holds such lines");
    }
  }
}
