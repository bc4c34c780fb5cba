package io.dpostream.judge.human;

import io.dpostream.judge.JudgeOptions;
import io.dpostream.settings.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * A judge of type {@code human}.
 *
 * @param host address that the page listens on
 * @param port 0 is any free one
 * @param https whether people reach the page through https, so that cookies travel no other way
 * @param guidelines plain text that everybody can read
 * @param annotators who may judge
 * @param votesPerPair verdicts of different people that each pair is to get
 * @param lease how long a person may hold a pair
 * @param maxOpen pairs that may wait for people; for a newer one the judge abstains
 * @param showDecided whether people see pairs that have their outcome, as long as corrections count
 */
public record HumanOptions(
    String host,
    int port,
    boolean https,
    String guidelines,
    Annotators annotators,
    int votesPerPair,
    Duration lease,
    int maxOpen,
    boolean showDecided) {

  /** The type's name in the configuration. */
  public static final String TYPE = "human";

  private static final String GUIDELINES =
      """
      Read the prompt and both answers to the end before you choose.

      Prefer the answer that you would rather have received: correct first, then helpful, \
      then clear. Length alone is no merit.

      Choose "about the same" when you could not say why one is better. Skip when you cannot \
      judge, for example in a language that you do not read.""";

  /**
   * Reads the options, and the files that they name.
   *
   * @param environment where {@code annotators_env} is looked up
   * @throws UserException when something is missing, wrong or unknown
   */
  public static HumanOptions of(JudgeOptions options, Map<String, String> environment) {
    HumanOptions read =
        new HumanOptions(
            options.string("host", "127.0.0.1"),
            options.integer("port", 8085, 0, 65535),
            options.flag("https", false),
            options
                .string("guidelines")
                .map(f -> text(options, "guidelines", f))
                .orElse(GUIDELINES),
            annotators(options, environment),
            options.integer("votes_per_pair", 1, 1, 100),
            Duration.ofMillis(options.integer("lease_ms", 900_000, 1, Integer.MAX_VALUE)),
            options.integer("max_open", 200, 1, 100_000),
            options.flag("show_decided", false));
    if (read.votesPerPair > read.annotators.names().size()) {
      options.refuse(
          "votes_per_pair",
          read.votesPerPair,
          "at most " + read.annotators.names().size() + ", the number of annotators");
    }
    options.refuseUnknown();
    return read;
  }

  /** Names what people were told to judge by. */
  public String version() {
    return "human-" + new JudgeOptions("guidelines", Map.of("text", guidelines)).fingerprint();
  }

  /** The rules of a table of tasks under these options. */
  public TableRules rules(String judgeId, Duration corrections) {
    return new TableRules(
        judgeId, annotators.names(), votesPerPair, lease, corrections, maxOpen, showDecided);
  }

  private static Annotators annotators(JudgeOptions options, Map<String, String> environment) {
    Optional<String> file = options.string("annotators");
    Optional<String> variable = options.string("annotators_env");
    if (file.isPresent() == variable.isPresent()) {
      throw new UserException(
          options.path()
              + ": set annotators to a file with a line 'name: token' for each person, or"
              + " annotators_env to an environment variable that holds such lines");
    }
    if (file.isPresent()) {
      return Annotators.parse(text(options, "annotators", file.get()), file.get());
    }
    String name = variable.orElseThrow();
    String lines = environment.get(name);
    if (lines == null) {
      throw new UserException(
          options.path() + ".annotators_env: environment variable " + name + " is not set");
    }
    return Annotators.parse(lines, name);
  }

  private static String text(JudgeOptions options, String key, String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException e) {
      throw new UserException(
          options.path() + "." + key + ": '" + file + "' cannot be read as UTF-8 text", e);
    }
  }
}
