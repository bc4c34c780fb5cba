package io.dpostream.pipeline.cli;

import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.progress.Progress;
import io.dpostream.pipeline.progress.RunWatcher;
import io.dpostream.pipeline.run.KafkaAccess;
import io.dpostream.trainer.service.LedgerRepair;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command {@code dpo status}, which shows how far a run has come. */
@Command(
    name = "status",
    description = "Show how far a run has come: steps, pairs, outcomes, versions.")
final class StatusCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private RunOptions options;

  @Override
  public Integer call() throws Exception {
    Settings settings = options.settings();
    try (KafkaAccess kafka = options.connect(settings);
        RunWatcher watcher = new RunWatcher(settings.run().id(), kafka.settings())) {
      watcher.start();
      print(settings.run().id(), watcher.awaitCaughtUp());
      return printLosses(new LedgerRepair(kafka.settings(), options.trainerFolder()), settings);
    }
  }

  private int printLosses(LedgerRepair repair, Settings settings) {
    List<String> lines = repair.find(settings.run().id()).lines();
    if (lines.isEmpty()) {
      return ExitCode.DONE;
    }
    PrintWriter out = spec.commandLine().getOut();
    lines.forEach(line -> out.println("LOST         " + line));
    out.println("             see dpo repair");
    out.flush();
    return ExitCode.FAILED;
  }

  private void print(String runId, Progress p) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf("run          %s%n", runId);
    out.printf(
        Locale.ROOT,
        "step         %d: loss %.4f, margin %.4f, accuracy %.3f%n",
        p.step(),
        p.loss(),
        p.margin(),
        p.accuracy());
    out.printf(
        "pairs        %d = %d outcomes + %d waiting%n", p.sampled(), p.decided(), p.waiting());
    for (Map.Entry<?, Long> outcome : new TreeMap<>(p.outcomes()).entrySet()) {
      out.printf("  %-10s %d%n", outcome.getKey(), outcome.getValue());
    }
    out.printf("judgments    %d%n", p.judgments());
    out.printf("preferences  %d%n", p.preferences());
    out.printf(
        "version      %s%n",
        p.version()
            .map(v -> v.number() + " at step " + v.step() + ", " + v.uri())
            .orElse("none published"));
    out.flush();
  }
}
