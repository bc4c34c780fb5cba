package io.dpostream.judge.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dpostream.judge.Examples;
import io.dpostream.judge.Wire;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.VerdictKind;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The example judge in Python against the same topics. Runs where DPO_PYTHON, or python3, has its
 * packages (examples/python-judge/requirements.txt).
 */
@Execution(ExecutionMode.CONCURRENT)
class PythonJudgeIT {
  private static final String PYTHON =
      Optional.ofNullable(System.getenv("DPO_PYTHON")).orElse("python3");

  @TempDir Path dir;

  @Test
  void shouldReadItsPairsAndCountItsJudgments() throws Exception {
    assumeTrue(
        run(List.of("-c", "import confluent_kafka.schema_registry.avro, fastavro")) == 0,
        "set DPO_PYTHON to a Python with examples/python-judge/requirements.txt installed");
    Path script =
        Path.of(System.getProperty("dpo.root", ".."), "examples/python-judge/judge.py")
            .toAbsolutePath();
    Wire wire = new Wire("py");
    CompletionPair longer = Examples.pair("pair-1", Examples.prompt("p"), "one two", "one");
    CompletionPair equal = Examples.pair("pair-2", Examples.prompt("p"), "a", "\u00e9");
    wire.write(
        wire.settings().topics().completionPairs(),
        List.of(longer, equal),
        CompletionPair::getPairId);

    int exit =
        run(
            List.of(
                script.toString(),
                "--bootstrap-server",
                wire.settings().bootstrapServers(),
                "--schema-registry",
                wire.settings().schemaRegistryUrl(),
                "--topic-prefix",
                wire.settings().topicPrefix(),
                "--max-pairs",
                "2"));

    assertThat(exit).as(output()).isZero();
    List<Judgment> judgments = wire.read(wire.settings().topics().judgments());
    assertThat(judgments)
        .extracting(Judgment::getPairId)
        .containsExactlyInAnyOrder("pair-1", "pair-2");
    assertThat(judgments)
        .filteredOn(j -> j.getPairId().equals("pair-1"))
        .singleElement()
        .satisfies(
            j -> {
              assertThat(j.getVerdict()).isEqualTo(VerdictKind.SECOND);
              assertThat(j.getConfidence()).isEqualTo(0.8);
              assertThat(j.getContentHash()).isEqualTo(longer.getContentHash());
              assertThat(j.getJudgeId()).isEqualTo("python-brevity");
            });
  }

  private int run(List<String> arguments) throws InterruptedException {
    List<String> command = new ArrayList<>(List.of(PYTHON));
    command.addAll(arguments);
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(new File(dir.toFile(), "python.log"))
              .start();
      if (!process.waitFor(120, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return -1;
      }
      return process.exitValue();
    } catch (IOException e) {
      return -1; // there is no such Python
    }
  }

  private String output() throws IOException {
    return Files.readString(dir.resolve("python.log"));
  }
}
