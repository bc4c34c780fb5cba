package io.dpostream.trainer.service;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.schemas.StepTaken;
import io.dpostream.schemas.TrainingStep;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.CanonicalConfig;
import io.dpostream.trainer.FakeLearner;
import io.dpostream.trainer.TrainerConfig;
import io.dpostream.trainer.batch.PreferenceSource;
import io.dpostream.trainer.learner.DpoLearner;
import io.dpostream.trainer.learner.LearnerFactory;
import io.dpostream.trainer.learner.LearnerSettings;
import io.dpostream.trainer.learner.TinyModel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A trainer in a process of its own, to be killed or stopped. */
public final class TrainerChild {
  private final Process process;
  private final BufferedReader output;

  private TrainerChild(Process process) {
    this.process = process;
    this.output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /**
   * Starts one.
   *
   * @param learner fake or real
   * @param failpoint as in {@link Failpoints#PROPERTY}, {@code stop:NAME} to stop there as by
   *     SIGSTOP, or empty
   */
  static TrainerChild start(
      String learner, KafkaSettings kafka, RunSpec run, TrainerConfig config, String failpoint) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:+UseSerialGC");
    command.add("-Xmx256m");
    command.add("-D" + Failpoints.PROPERTY + "=" + failpoint);
    command.add(TrainerChild.class.getName());
    command.add(kafka.bootstrapServers());
    command.add(kafka.schemaRegistryUrl());
    command.add(kafka.topicPrefix());
    command.add(run.runId());
    command.add(run.policy().toString());
    command.add(run.folder().toString());
    command.add(
        CanonicalConfig.of(config).text()
            + "max_steps: %d\ncheckpoint_steps: %d\npublish_steps: %d\n"
                .formatted(
                    config.cadence().maxSteps(),
                    config.cadence().checkpointSteps(),
                    config.cadence().publishSteps()));
    command.add(learner);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    try {
      return new TrainerChild(builder.start());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  long pid() {
    return process.pid();
  }

  /** Reads its output until a line holds this. */
  String await(String text) throws IOException {
    StringBuilder seen = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (line.contains(text)) {
        return line;
      }
      seen.append(line).append('\n');
    }
    throw new AssertionError("the trainer ended without saying '" + text + "':\n" + seen);
  }

  /** Everything that it still says. */
  List<String> rest() {
    return output.lines().toList();
  }

  void kill() {
    process.destroyForcibly();
  }

  int exitCode() throws InterruptedException {
    return process.waitFor();
  }

  /** Arguments as {@link #start} gives them. */
  public static void main(String[] args) {
    KafkaSettings kafka = new KafkaSettings(args[0], args[1], args[2], Map.of());
    Path model = Path.of(args[4]);
    RunSpec run =
        new RunSpec(args[3], model, model, Path.of(args[5]), PreferenceSource.stream(), false);
    TrainerConfig config = CanonicalConfig.parse(args[6]).over(TrainerConfig.defaults());
    TrainerListener progress =
        new TrainerListener() {
          @Override
          public void recorded(TrainingStep record) {
            if (record.getEvent() instanceof StepTaken step) {
              System.out.println("step " + step.getStep());
            }
          }
        };
    TrainerService.Dependencies parts =
        new TrainerService.Dependencies(
            args[7].equals("real") ? learners(run.folder()) : FakeLearner::new,
            InstantSource.system(),
            progress,
            LabelSmoothingAdvice.none(),
            failpoints());
    try {
      new TrainerService(config, run, kafka, parts).run();
    } catch (UserException e) {
      System.out.println("error: " + e.getMessage());
      System.exit(1);
    }
    System.exit(0);
  }

  /** Real learners on one thread. */
  static LearnerFactory learners(Path folder) {
    return (config, policy, reference) ->
        DpoLearner.open(
            config, new LearnerSettings(policy, reference, TinyModel.CPU, folder.resolve("work")));
  }

  private static Failpoints failpoints() {
    String wanted = System.getProperty(Failpoints.PROPERTY, "");
    if (!wanted.startsWith("stop:")) {
      return Failpoints.fromSystemProperty();
    }
    return failpoint -> {
      if (failpoint.id().equals(wanted.substring(5))) {
        System.out.println("stopping at " + failpoint.id());
        stopThisProcess();
      }
    };
  }

  private static void stopThisProcess() {
    try {
      String pid = Long.toString(ProcessHandle.current().pid());
      new ProcessBuilder("kill", "-STOP", pid).start().waitFor();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
