package io.dpostream.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.pipeline.quickstart.TinyModel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What a user can get wrong: one clear line, the right exit code, no stack trace. */
class BadInputIT {

  @TempDir private Path folder;
  private Path model;
  private Path prompts;

  @BeforeEach
  void aModelAndPromptsThatAreFine() throws IOException {
    model = TinyModel.install(folder.resolve("tiny")).model();
    prompts = Files.writeString(folder.resolve("prompts.jsonl"), "{\"prompt\": \"Hello\"}\n");
  }

  private record Case(String name, int exitCode, String line, List<String> args) {}

  private Case usage(String name, String line, String... args) {
    return new Case(name, ExitCode.USAGE, line, List.of(args));
  }

  /** {@code dpo up} on the model and the prompts, with some settings on top. */
  private Case up(String name, String line, String... settings) {
    List<String> args = new ArrayList<>(List.of("up", "--dir", folder.resolve("run").toString()));
    Stream.concat(Stream.of("run.model=" + model, "prompts.file=" + prompts), Stream.of(settings))
        .forEach(setting -> args.addAll(List.of("--set", setting)));
    return new Case(name, ExitCode.FAILED, line, args);
  }

  private Path copyOfModel(String name) throws IOException {
    Path copy = Files.createDirectory(folder.resolve(name));
    try (Stream<Path> files = Files.list(model)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName().toString()));
      }
    }
    return copy;
  }

  @TestFactory
  Stream<DynamicTest> shouldTellEachInOneLine() throws IOException {
    Path noTokenizer = copyOfModel("no-tokenizer");
    Files.delete(noTokenizer.resolve("tokenizer.json"));
    Path otherArchitecture = copyOfModel("other-architecture");
    Files.writeString(
        otherArchitecture.resolve("config.json"),
        "{\"architectures\": [\"GPT2LMHeadModel\"], \"model_type\": \"gpt2\"}");
    Path truncated = copyOfModel("truncated");
    try (FileChannel weights =
        FileChannel.open(truncated.resolve("model.safetensors"), StandardOpenOption.WRITE)) {
      weights.truncate(weights.size() / 2);
    }
    Path badYaml = Files.writeString(folder.resolve("bad.yaml"), "threads: 1\ntrainer: [1, 2\n");
    Path badKey = Files.writeString(folder.resolve("key.yaml"), "trainer:\n  learning_rat: 1\n");
    Path badLine =
        Files.writeString(folder.resolve("bad.jsonl"), "{\"prompt\": \"a\"}\n{\"prompt\": \n");
    Path file = Files.writeString(folder.resolve("file"), "");
    String missing = folder.resolve("missing").toString();

    return Stream.of(
            usage("unknown flag", "--stepz", "quickstart", "--stepz", "3"),
            usage("unknown command", "quickstat", "quickstat"),
            usage("not a number", "'many'", "quickstart", "--steps", "many"),
            usage("no steps", "--steps: 0", "quickstart", "--steps", "0"),
            new Case(
                "missing settings file",
                ExitCode.FAILED,
                missing + ": no such file",
                List.of("up", "--config", missing)),
            new Case(
                "malformed YAML",
                ExitCode.FAILED,
                badYaml + ", line 3",
                List.of("up", "--config", badYaml.toString())),
            new Case(
                "unknown key",
                ExitCode.FAILED,
                "did you mean trainer.learning_rate?",
                List.of("up", "--config", badKey.toString())),
            new Case(
                "folder that is a file",
                ExitCode.FAILED,
                file.toString(),
                List.of("quickstart", "--dir", file.toString())),
            new Case(
                "unwritable folder",
                ExitCode.FAILED,
                "/proc/dpo",
                List.of("quickstart", "--dir", "/proc/dpo")),
            new Case(
                "no run in the folder",
                ExitCode.FAILED,
                missing + ": no run",
                List.of("replay", "--dir", missing)),
            new Case(
                "nothing to evaluate on",
                ExitCode.FAILED,
                "evaluation.prompts",
                List.of("evaluate", "--model", missing, "--reference", missing)),
            new Case(
                "missing prompts to evaluate on",
                ExitCode.FAILED,
                "prompts: " + missing,
                List.of(
                    "evaluate", "--model", missing, "--reference", missing, "--prompts", missing)),
            up("wrong value", "trainer.beta", "trainer.beta=-1"),
            up("wrong type", "trainer.max_steps: \"many\"", "trainer.max_steps=many"),
            up("unknown judge", "oracle", "judge.judges=[{id: a, type: oracle}]"),
            up("missing prompts", missing, "prompts.file=" + missing),
            up("malformed JSONL", badLine + " line 2", "prompts.file=" + badLine),
            up("missing model", missing, "run.model=" + missing),
            up("model without a file", "tokenizer.json", "run.model=" + noTokenizer),
            up("unsupported architecture", "gpt2", "run.model=" + otherArchitecture),
            up("truncated safetensors", "model.safetensors", "run.model=" + truncated))
        .map(one -> DynamicTest.dynamicTest(one.name(), () -> check(one)));
  }

  @TestFactory
  Stream<DynamicTest> shouldNameAPortInUse() throws IOException {
    ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
    Case one = up("port in use", "" + taken.getLocalPort(), "broker.port=" + taken.getLocalPort());
    return Stream.of(
        DynamicTest.dynamicTest(
            one.name(),
            () -> {
              try (taken) {
                check(one);
              }
            }));
  }

  private static void check(Case one) {
    Dpo result = Dpo.run(one.args().toArray(String[]::new));

    assertThat(result.err()).startsWith("dpo: ").contains(one.line()).hasLineCount(1);
    assertThat(result.code()).isEqualTo(one.exitCode());
  }
}
