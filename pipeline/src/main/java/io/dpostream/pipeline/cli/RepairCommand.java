package io.dpostream.pipeline.cli;

import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.run.KafkaAccess;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.ledger.LedgerWitnesses.Findings;
import io.dpostream.trainer.service.LedgerRepair;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code dpo repair}, which settles what contradicts a run's ledger. */
@Command(
    name = "repair",
    description = {
      "Look for records that a run's ledger has lost, and let the run go on without them.",
      "Without --accept-loss nothing is changed; the exit code is 1 when something is lost."
    })
final class RepairCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private RunOptions options;

  @Option(
      names = "--accept-loss",
      description =
          "Go on from the records that are left: lost versions are withdrawn, and the decision is"
              + " recorded. A trainer that is running is stopped.")
  private boolean acceptLoss;

  @Option(
      names = "--by",
      paramLabel = "NAME",
      description = "Who decides; the user's name if unset.")
  private String by = System.getProperty("user.name", "unknown");

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the record.")
  private Optional<String> reason = Optional.empty();

  @Override
  public Integer call() throws Exception {
    Settings settings = options.settings();
    String runId = settings.run().id();
    PrintWriter out = spec.commandLine().getOut();
    if (acceptLoss && reason.isEmpty()) {
      throw new UserException("--accept-loss: say why with --reason TEXT; it is recorded");
    }
    try (KafkaAccess kafka = options.connect(settings)) {
      LedgerRepair repair = new LedgerRepair(kafka.settings(), options.trainerFolder());
      Findings findings =
          acceptLoss
              ? repair.acceptLoss(runId, by, reason.orElseThrow(), Clock.systemUTC())
              : repair.find(runId);
      findings.lines().forEach(out::println);
      out.println(
          findings.isEmpty()
              ? "nothing contradicts the ledger of run " + runId
              : acceptLoss
                  ? "accepted: the run goes on from the records that are left"
                  : "restore the ledger's topic from a replica or a backup, or accept the loss:"
                      + " dpo repair --accept-loss --reason TEXT");
      out.flush();
      return findings.isEmpty() || acceptLoss ? ExitCode.DONE : ExitCode.FAILED;
    }
  }
}
