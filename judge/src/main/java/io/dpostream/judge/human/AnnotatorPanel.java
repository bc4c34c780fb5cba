package io.dpostream.judge.human;

import io.dpostream.judge.Fingerprint;
import io.dpostream.settings.InvalidSettingException;
import io.dpostream.settings.Require;
import io.dpostream.settings.SettingsTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * The people of one judge, with what they are told and shown.
 *
 * @param options how their page behaves
 * @param guidelines plain text that everybody can read
 * @param annotators who may judge
 */
public record AnnotatorPanel(HumanOptions options, String guidelines, Annotators annotators) {

  private static final String GUIDELINES =
      """
      Read the prompt and both answers to the end before you choose.

      Prefer the answer that you would rather have received: correct first, then helpful, \
      then clear. Length alone is no merit.

      Choose "about the same" when you could not say why one is better. Skip when you cannot \
      judge, for example in a language that you do not read.""";

  public AnnotatorPanel {
    int people = annotators.names().size();
    Require.that(
        options.votesPerPair() <= people,
        "votes_per_pair",
        options.votesPerPair(),
        "must be at most " + people + ", the number of annotators");
  }

  /**
   * Reads the options of a judge of type {@code human}, and the files that they name.
   *
   * @param path where the judge stands in the configuration, for messages
   * @param environment where {@code annotators_env} is looked up
   * @throws io.dpostream.settings.UserException when something is missing, wrong or unknown
   */
  public static AnnotatorPanel of(
      Map<String, ?> options, String path, Map<String, String> environment) {
    HumanOptions read = SettingsTree.read(options, HumanOptions.class, path);
    try {
      String guidelines =
          read.guidelines().map(file -> text("guidelines", file)).orElse(GUIDELINES);
      return new AnnotatorPanel(read, guidelines, annotators(read, environment));
    } catch (InvalidSettingException e) {
      throw e.under(path);
    }
  }

  /** Names what people were told to judge by. */
  public String version() {
    return "human-" + Fingerprint.of("text", guidelines);
  }

  /** The rules of a table of tasks for these people. */
  public TaskTableSettings rules(String judgeId, Duration corrections) {
    return new TaskTableSettings(
        judgeId,
        annotators.names(),
        options.votesPerPair(),
        Duration.ofMillis(options.leaseMs()),
        corrections,
        options.maxOpen(),
        options.showDecided());
  }

  private static Annotators annotators(HumanOptions options, Map<String, String> environment) {
    if (options.annotators().isPresent()) {
      String file = options.annotators().get();
      return Annotators.parse(text("annotators", file), file);
    }
    String name = options.annotatorsEnv().orElseThrow();
    String lines = environment.get(name);
    if (lines == null) {
      throw new InvalidSettingException(
          "annotators_env: environment variable " + name + " is not set");
    }
    return Annotators.parse(lines, name);
  }

  private static String text(String key, String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException e) {
      throw Require.refusal(key, file, "cannot be read as UTF-8 text");
    }
  }
}
