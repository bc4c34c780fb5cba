package io.dpostream.pipeline.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.run.KafkaAccess;
import io.dpostream.pipeline.run.Loop;
import io.dpostream.trainer.checkpoint.CheckpointStore;
import io.dpostream.trainer.replay.Replay;
import io.dpostream.trainer.replay.ReplayResult;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code dpo replay}, which computes a run's weights again and compares hashes. */
@Command(
    name = "replay",
    description = {
      "Compute the weights of a run again from its topics, and compare hashes.",
      "The last line is JSON; the exit code is 1 when the hashes differ."
    })
final class ReplayCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private RunOptions options;

  @Option(names = "--to-step", paramLabel = "N", description = "Replay no further than this step.")
  private Optional<Long> toStep = Optional.empty();

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Current path of the folder that the policy started from, if it has moved.")
  private Optional<Path> model = Optional.empty();

  @Option(
      names = "--reference",
      paramLabel = "DIR",
      description = "Current path of the reference's folder, if it has moved.")
  private Optional<Path> reference = Optional.empty();

  @Override
  public Integer call() throws Exception {
    Settings settings = options.settings();
    try (KafkaAccess kafka = options.connect(settings);
        TemporaryFolder work = TemporaryFolder.create("dpo-replay")) {
      Replay replay =
          new Replay(
              kafka.settings(),
              Loop.learners(settings, work.path()),
              model,
              reference,
              options.trainerFolder().map(CheckpointStore::ofTrainer));
      OptionalLong last = toStep.map(OptionalLong::of).orElseGet(OptionalLong::empty);
      ReplayResult result = replay.run(settings.run().id(), last);
      print(result);
      return result.identical() ? ExitCode.DONE : ExitCode.FAILED;
    }
  }

  private void print(ReplayResult result) throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    result.environmentDifferences().forEach(line -> out.println("environment differs: " + line));
    result.differingStep().ifPresent(step -> out.println("first difference at step " + step));
    if (result.hashedStep() < result.steps()) {
      out.println(
          "the hashes are of step %d, the last whose hash was recorded; later steps were compared by their digests"
              .formatted(result.hashedStep()));
    }
    ObjectMapper json = new ObjectMapper();
    ObjectNode last =
        json.createObjectNode()
            .put("steps", result.steps())
            .put("recorded_sha256", result.recordedSha256())
            .put("replayed_sha256", result.replayedSha256())
            .put("identical", result.identical());
    out.println(json.writeValueAsString(last));
    out.flush();
  }
}
