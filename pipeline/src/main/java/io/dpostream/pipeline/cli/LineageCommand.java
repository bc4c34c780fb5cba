package io.dpostream.pipeline.cli;

import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.lineage.Lineage;
import io.dpostream.pipeline.lineage.Lineage.Trained;
import io.dpostream.pipeline.run.KafkaAccess;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.Vote;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The command {@code dpo lineage}, which goes from a version to every pair and vote behind it, and
 * back.
 */
@Command(
    name = "lineage",
    description = "Show every pair and vote behind a version, or what became of a pair.")
final class LineageCommand implements Runnable {

  /** The direction to follow. */
  private static final class Direction {
    @Option(
        names = "--version",
        paramLabel = "N",
        description = "List the preferences that moved this version, with their votes.")
    private Optional<Long> version = Optional.empty();

    @Option(
        names = "--pair",
        paramLabel = "ID",
        description = "Show the votes on this pair, the steps that used it and the first version.")
    private Optional<String> pair = Optional.empty();
  }

  /** Replaces the standard help option, because {@code --version} means a policy's version here. */
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help message and exit.")
  private boolean help;

  @Spec private CommandSpec spec;
  @Mixin private RunOptions options;

  @ArgGroup(multiplicity = "1")
  private Direction direction = new Direction();

  @Override
  public void run() {
    Settings settings = options.settings();
    PrintWriter out = spec.commandLine().getOut();
    try (KafkaAccess kafka = options.connect(settings)) {
      Lineage lineage = Lineage.read(settings.run().id(), kafka.settings());
      direction.version.ifPresent(number -> version(lineage, number, out));
      direction.pair.ifPresent(pair -> pair(lineage, pair, out));
    }
    out.flush();
  }

  private static void version(Lineage lineage, long number, PrintWriter out) {
    PolicyVersion version = lineage.version(number);
    List<Trained> behind = lineage.behind(version);
    out.printf(
        "version %d: sha256 %s, %d steps on reference %s%n",
        number, version.getSha256(), version.getStep(), version.getReferenceSha256());
    String samplers =
        Lineage.bySampler(behind).entrySet().stream()
            .map((Map.Entry<Long, Long> e) -> e.getValue() + " by version " + e.getKey())
            .collect(Collectors.joining(", "));
    out.printf("%d preferences, sampled %s%n", behind.size(), samplers);
    out.printf("%7s %9s %10s %-16s %s%n", "step", "offset", "sampled by", "pair", "votes");
    for (Trained t : behind) {
      Preference p = t.preference();
      out.printf(
          "%7d %9s %10d %-16s %s%n",
          t.step(),
          t.partition() + "-" + t.offset(),
          p.getPolicyVersion(),
          p.getPairId(),
          votes(p));
    }
  }

  private static void pair(Lineage lineage, String pairId, PrintWriter out) {
    for (Trained use : lineage.usesOf(pairId)) {
      Preference p = use.preference();
      out.printf("pair %s, revision %d%n", p.getPairId(), p.getRevision());
      out.printf("  sampled by version %d, sha256 %s%n", p.getPolicyVersion(), p.getPolicySha256());
      out.printf("  prompt %s of %s%n", p.getPrompt().getId(), p.getPrompt().getSource());
      out.printf("  votes: %s%n", votes(p));
      out.printf("  chosen: %s%n", oneLine(p.getChosen().getText()));
      out.printf("  rejected: %s%n", oneLine(p.getRejected().getText()));
      out.printf("  used by step %d, offset %d-%d%n", use.step(), use.partition(), use.offset());
      out.printf(
          "  first published in %s%n",
          lineage
              .firstWith(use.step())
              .map(v -> "version " + v.getVersion())
              .orElse("no version yet"));
    }
  }

  private static String votes(Preference preference) {
    String votes =
        preference.getVotes().stream()
            .map((Vote v) -> v.getJudgeId() + " " + v.getVerdict())
            .collect(Collectors.joining(", "));
    return preference
        .getChosenWasFirst()
        .map(first -> votes + "; chosen: the " + (first ? "first" : "second"))
        .orElse(votes);
  }

  private static String oneLine(String text) {
    return text.strip().replaceAll("\\s+", " ");
  }
}
