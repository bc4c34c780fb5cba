package io.dpostream.pipeline.cli;

import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.lineage.Lineage;
import io.dpostream.pipeline.run.KafkaAccess;
import io.dpostream.schemas.PolicyVersion;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command {@code dpo versions}, which lists what a run has published. */
@Command(name = "versions", description = "List the versions that a run has published.")
final class VersionsCommand implements Runnable {

  @Spec private CommandSpec spec;
  @Mixin private RunOptions options;

  @Override
  public void run() {
    Settings settings = options.settings();
    try (KafkaAccess kafka = options.connect(settings)) {
      PrintWriter out = spec.commandLine().getOut();
      out.printf("%7s %7s %-11s %-12s %s%n", "version", "step", "status", "sha256", "place");
      for (PolicyVersion v : Lineage.read(settings.run().id(), kafka.settings()).versions()) {
        out.printf(
            "%7d %7d %-11s %-12s %s%n",
            v.getVersion(),
            v.getStep(),
            v.getRemovedAt().isPresent() ? "removed" : v.getStatus(),
            v.getSha256().substring(0, Math.min(12, v.getSha256().length())),
            v.getUri());
      }
      out.flush();
    }
  }
}
