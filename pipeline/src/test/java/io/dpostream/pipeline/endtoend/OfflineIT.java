package io.dpostream.pipeline.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.pipeline.cli.Dpo;
import io.dpostream.pipeline.cli.Main;
import io.dpostream.pipeline.quickstart.TinyModel;
import io.dpostream.testing.SharedBroker;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** {@code dpo offline}, {@code dpo import} and {@code dpo export} as a user runs them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.CONCURRENT)
class OfflineIT {
  private static final int ROWS = 10;
  private static final String[] SETTINGS = {
    "threads=1",
    "trainer.per_device_train_batch_size=4",
    "trainer.learning_rate=1e-4",
    "trainer.num_train_epochs=2",
    "trainer.shuffle=true"
  };

  private Path folder;
  private Path model;
  private Path file;
  private Path first;
  private KafkaSettings kafka;
  private String topic;

  @BeforeAll
  void trainOnAFile(@TempDir Path temporary) throws IOException {
    folder = temporary;
    model = TinyModel.install(folder.resolve("tiny")).model();
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      rows.add(
          """
          {"prompt": "How much is %d plus 1?", "chosen": "%d.", "rejected": "I do not know %d."}"""
              .formatted(i, i + 1, i));
    }
    rows.add(3, "{\"prompt\": \"What?\", \"chosen\": \"\"}");
    file = folder.resolve("pairs.jsonl.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(String.join("\n", rows).getBytes(UTF_8));
    }
    first = folder.resolve("first");
    Dpo result = offlineOnFile(first);
    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .contains(
            "accepted 10, rejected 1",
            "1 row: rejected is missing; there is prompt, chosen (line 4)");
    kafka = SharedBroker.deployment("offline");
    topic = kafka.topics().preferences().name();
    Dpo imported =
        onBroker(kafka, "import", "--type", "preferences", "--model", "" + model, file.toString());
    assertThat(imported.err()).isEmpty();
    assertThat(imported.out()).contains("accepted 10, rejected 1");
  }

  private static Dpo onBroker(KafkaSettings kafka, String... command) {
    List<String> args = new ArrayList<>(List.of(command));
    args.addAll(List.of("--bootstrap-server", kafka.bootstrapServers()));
    args.addAll(List.of("--schema-registry", kafka.schemaRegistryUrl()));
    args.addAll(List.of("--set", "topic.prefix=" + kafka.topicPrefix()));
    return Dpo.run(args.toArray(String[]::new));
  }

  private Dpo offlineOnFile(Path out) {
    return Dpo.run(arguments(out, "--preferences", file.toString()));
  }

  private String[] arguments(Path out, String... input) {
    List<String> args = new ArrayList<>(List.of("offline"));
    if (!List.of(input).contains("--model")) {
      args.addAll(List.of("--model", model.toString()));
    }
    args.addAll(List.of("--out", out.toString()));
    for (String setting : SETTINGS) {
      args.addAll(List.of("--set", setting));
    }
    args.addAll(List.of(input));
    return args.toArray(String[]::new);
  }

  private Dpo onTopic(String topic, String out, String... places) {
    List<String> input = new ArrayList<>(List.of("--topic", topic));
    input.addAll(List.of(places));
    return onBroker(kafka, arguments(folder.resolve(out), input.toArray(String[]::new)));
  }

  private static byte[] weights(Path out) throws IOException {
    return Files.readAllBytes(out.resolve("policy").resolve("model.safetensors"));
  }

  private static List<JsonNode> steps(Path out) throws IOException {
    List<JsonNode> steps = new ArrayList<>();
    for (String line : Files.readAllLines(out.resolve("steps.jsonl"))) {
      steps.add(Reports.json(line));
    }
    return steps;
  }

  @Test
  void shouldWriteARowAStepUnderTrlsNames() throws Exception {
    List<JsonNode> steps = steps(first);

    // Two epochs of 10 pairs in batches of 4: 4, 4 and 2, twice.
    assertThat(steps)
        .extracting(step -> step.get("pairs").asInt())
        .containsExactly(4, 4, 2, 4, 4, 2);
    assertThat(steps.get(0).fieldNames())
        .toIterable()
        .contains(
            "step",
            "learning_rate",
            "loss",
            "grad_norm",
            "rewards/chosen",
            "rewards/rejected",
            "rewards/accuracies",
            "rewards/margins",
            "logps/chosen",
            "logps/rejected",
            "num_tokens",
            "kl",
            "staleness");
    // At step 1 policy and reference are the same: the loss is log 2.
    assertThat(steps.get(0).get("loss").asDouble()).isEqualTo(Math.log(2));
    try (Stream<Path> events = Files.list(first.resolve("tensorboard"))) {
      assertThat(events).hasSize(1);
    }
  }

  @Test
  void shouldComeToTheSameWeightsTwiceAndInAReplay() throws Exception {
    Path second = folder.resolve("second");
    assertThat(offlineOnFile(second).code()).isZero();
    byte[] trained = weights(second);
    Dpo again = offlineOnFile(second);

    assertThat(trained)
        .isEqualTo(weights(first))
        .isNotEqualTo(Files.readAllBytes(model.resolve("model.safetensors")));
    assertThat(again.code()).isZero();
    assertThat(again.out()).contains("6 steps on 20 pairs");
    assertThat(steps(second)).hasSize(6);
    Dpo replay = Dpo.run("replay", "--dir", second.toString());
    assertThat(replay.code()).isZero();
    assertThat(Reports.json(replay.lastLine()).get("steps").asInt()).isEqualTo(6);
  }

  @Test
  void shouldGoOnToTheSameWeightsAfterItWasKilled() throws Exception {
    Path killed = folder.resolve("killed");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-Xmx512m", "-XX:+UseSerialGC", "-Ddpo.failpoint=after-ledger-commit:3"));
    command.add(Main.class.getName());
    command.addAll(List.of(arguments(killed, "--preferences", file.toString())));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isEqualTo(137);

    Dpo result = offlineOnFile(killed);

    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    assertThat(weights(killed)).isEqualTo(weights(first));
    assertThat(steps(killed)).isEqualTo(steps(first));
  }

  @Test
  void shouldTrainBetweenTwoPlacesOfARecordedTopic() throws Exception {
    Path out = folder.resolve("between");
    Dpo result = onTopic(topic, "between", "--from", "2", "--to", "7");
    // The same records on the broker of the run that read them from a file.
    Path again = folder.resolve("again");
    String[] places = {
      "--topic", "preferences", "--dir", "" + first, "--from", "0:2", "--to", "0:7"
    };
    Dpo inFolder = Dpo.run(arguments(again, places));

    assertThat(result.err()).isEmpty();
    assertThat(steps(out))
        .extracting(step -> step.get("pairs").asInt())
        .containsExactly(4, 1, 4, 1);
    assertThat(inFolder.err()).isEmpty();
    assertThat(weights(again)).isEqualTo(weights(out));
    assertThat(Dpo.run("replay", "--dir", again.toString()).code()).isZero();
    assertThat(Dpo.run("replay", "--dir", out.toString()).code()).isZero();
    // Everything was imported after 2001.
    assertThat(onTopic(topic, "since", "--from", "2001-01-01T00:00:00Z").code()).isZero();
    assertThat(weights(folder.resolve("since"))).isEqualTo(weights(first));
  }

  @Test
  void shouldTrainAdaptersThatAReplayVerifies() throws Exception {
    Path out = folder.resolve("adapters");
    Dpo result =
        onTopic(
            topic,
            "adapters",
            "--set",
            "trainer.lora_r=4",
            "--set",
            "trainer.lora_dropout=0.1",
            "--set",
            "trainer.gradient_checkpointing=true",
            "--set",
            "trainer.precompute_ref_log_probs=true");

    assertThat(result.err()).isEmpty();
    assertThat(weights(out)).isNotEqualTo(weights(first)).hasSameSizeAs(weights(first));
    Path adapter = out.resolve("policy").resolve("adapter");
    assertThat(adapter.resolve("adapter_model.safetensors")).isNotEmptyFile();
    assertThat(Dpo.run("replay", "--dir", out.toString()).code()).isZero();

    Path further = folder.resolve("further");
    String[] options = {
      "--preferences",
      "" + file,
      "--model",
      "" + adapter,
      "--set",
      "trainer.lora_r=4",
      "--set",
      "trainer.publish_adapters_alone=true"
    };
    Dpo onwards = Dpo.run(arguments(further, options));
    assertThat(onwards.err()).isEmpty();
    assertThat(steps(further).get(0).get("loss").asDouble()).isEqualTo(Math.log(2));
    assertThat(further.resolve("policy"))
        .isDirectoryContaining("glob:**adapter_model.safetensors")
        .isDirectoryNotContaining("glob:**/model.safetensors");
    assertThat(Dpo.run("replay", "--dir", further.toString()).code()).isZero();
  }

  @Test
  void shouldTellWhatCannotBeTrainedOnInOneLine() throws Exception {
    Path bad = Files.writeString(folder.resolve("bad.jsonl"), "{\"prompt\": \n");
    Path other = Files.writeString(folder.resolve("other.jsonl"), "{}");

    assertOneLine(onTopic(topic, "a", "--from", "7", "--to", "7"), "no preference from 0:7 to 0:7");
    assertOneLine(
        onTopic(topic, "b", "--from", "7", "--to", "2"), "begins at offset 7 and ends before it");
    assertOneLine(onTopic(topic, "c", "--from", "700"), "offset 700 does not exist");
    assertOneLine(onTopic(topic, "d", "--from", "0:1,1:1"), "has 1 partitions");
    assertOneLine(
        onTopic(topic, "e", "--from", "yesterday"), "--from: 'yesterday' is neither an offset");
    assertOneLine(onTopic(topic, "f", "--from", "2999-01-01T00:00:00Z"), "no preference from");
    assertOneLine(onTopic("nothing", "g"), "topic nothing does not exist");
    assertOneLine(
        Dpo.run(arguments(folder.resolve("h"), "--preferences", "/no/such.jsonl")),
        "/no/such.jsonl: does not exist");
    assertOneLine(
        Dpo.run(arguments(folder.resolve("i"), "--preferences", bad.toString())),
        "no row can be used: 1 row: is not JSON (line 1)");
    assertOneLine(
        Dpo.run(arguments(first, "--preferences", other.toString())), "the folder holds a run on");
  }

  private static void assertOneLine(Dpo result, String line) {
    assertThat(result.err()).startsWith("dpo: ").contains(line).hasLineCount(1);
    assertThat(result.code()).isEqualTo(1);
  }

  @Test
  void shouldExportTheRowsThatWereImported() throws Exception {
    KafkaSettings exchange = SharedBroker.deployment("exchange");
    for (String type : List.of("prompts", "preferences", "judgments")) {
      Path rows = Files.writeString(folder.resolve(type + ".jsonl"), rows(type));
      Path back = folder.resolve("back-" + type + ".jsonl.gz");
      String run = "exchange-" + type;
      String[] encoding =
          type.equals("preferences") ? new String[] {"--model", model.toString()} : new String[] {};
      String[] into = {"import", "--type", type, "--run-id", run, "" + rows};
      Dpo in =
          onBroker(exchange, Stream.of(into, encoding).flatMap(Stream::of).toArray(String[]::new));
      String[] one = {"--run-id", run};
      String[] from = {"export", "--type", type, back.toString()};
      Dpo out =
          onBroker(
              exchange,
              Stream.of(from, type.equals("preferences") ? one : new String[] {})
                  .flatMap(Stream::of)
                  .toArray(String[]::new));

      assertThat(in.err()).isEmpty();
      assertThat(in.out()).contains("accepted 2, rejected 0");
      assertThat(out.err()).isEmpty();
      try (InputStream content = new GZIPInputStream(Files.newInputStream(back))) {
        assertThat(new String(content.readAllBytes(), UTF_8)).isEqualTo(rows(type));
      }
    }
  }

  private static String rows(String type) {
    return switch (type) {
      case "prompts" ->
          """
          {"prompt_id":"p1","prompt":"2+2?","reference_answer":"4","tags":["sum"]}
          {"prompt_id":"p2","prompt":[{"role":"user","content":"Hello"}]}
          """;
      case "preferences" ->
          """
          {"pair_id":"a","prompt_id":"p1","prompt":"2+2?","chosen":" 4.","rejected":" 5.","margin":0.5}
          {"pair_id":"b","prompt_id":"p2","prompt":[{"role":"user","content":"Hello"}],"chosen":[{"role":"assistant","content":"Hi."}],"rejected":[{"role":"assistant","content":"What?"}]}
          """;
      default ->
          """
          {"pair_id":"x","content_hash":"h","judge_id":"me","judge_kind":"human","judge_version":"","attempt":1,"verdict":"first","confidence":1.0,"annotator_id":"ann"}
          {"pair_id":"y","content_hash":"h","judge_id":"me","judge_kind":"llm","judge_version":"2","attempt":1,"verdict":"tie","confidence":0.5}
          """;
    };
  }
}
