package io.dpostream.benchmarks.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.trainer.CanonicalConfig;
import io.dpostream.trainer.TrainerConfig;
import io.dpostream.trainer.learner.DpoLearner;
import io.dpostream.trainer.learner.LearnerSettings;
import io.dpostream.trainer.learner.StepResult;
import io.dpostream.trainer.learner.TrainingBatch;
import io.dpostream.trainer.learner.TrainingPair;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Takes one training step for each line on standard input, and answers with a line of JSON: seconds
 * of the step and of scoring its reference beforehand, CPU seconds of both, tokens, loss and
 * gradient norm. So another process can take turns with it.
 */
public final class TrainingSteps {
  private static final ObjectMapper JSON = new ObjectMapper();

  private TrainingSteps() {}

  /**
   * Takes the model's folder, a file of pairs as token ids, pairs of a step, threads, a folder for
   * what is cached, and settings of the trainer as {@code key=value}, values in JSON.
   */
  public static void main(String[] args) throws IOException {
    Path model = Path.of(args[0]);
    List<TrainingPair> pairs = pairs(Path.of(args[1]));
    int size = Integer.parseInt(args[2]);
    EngineOptions engine = new EngineOptions("cpu", "float32", Integer.parseInt(args[3]));
    SortedMap<String, String> values = new TreeMap<>();
    values.put("per_device_train_batch_size", Integer.toString(size));
    values.put("max_length", "null");
    for (String setting : List.of(args).subList(5, args.length)) {
      String[] keyAndValue = setting.split("=", 2);
      values.put(keyAndValue[0], keyAndValue[1]);
    }
    TrainerConfig config = new CanonicalConfig(values).over(TrainerConfig.defaults());
    Path work = Files.createTempDirectory(Path.of(args[4]), "work-");
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (DpoLearner learner =
        DpoLearner.open(config, new LearnerSettings(model, model, engine, work))) {
      System.out.println("{\"ready\": true}");
      for (int step = 1; in.readLine() != null; step++) {
        int start = (step - 1) * size % (pairs.size() - size + 1);
        System.out.println(answer(learner, step, pairs.subList(start, start + size)));
      }
    }
  }

  private static JsonNode answer(DpoLearner learner, int step, List<TrainingPair> pairs) {
    long cpu = cpuNanos();
    long start = System.nanoTime();
    learner.precompute(pairs);
    long scored = System.nanoTime();
    StepResult result = learner.step(new TrainingBatch(step, pairs, OptionalDouble.empty(), -1));
    long end = System.nanoTime();
    return JSON.createObjectNode()
        .put("seconds", (end - scored) / 1e9)
        .put("reference_seconds", (scored - start) / 1e9)
        .put("cpu_seconds", (cpuNanos() - cpu) / 1e9)
        .put("tokens", result.tokens())
        .put("loss", result.loss())
        .put("grad_norm", result.metrics().get("grad_norm"));
  }

  private static long cpuNanos() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }

  private static List<TrainingPair> pairs(Path file) throws IOException {
    List<TrainingPair> pairs = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      JsonNode row = JSON.readTree(line);
      pairs.add(
          new TrainingPair(
              0,
              pairs.size(),
              "pair-" + pairs.size(),
              ids(row.path("prompt_ids")),
              ids(row.path("chosen_ids")),
              ids(row.path("rejected_ids")),
              List.of(),
              1,
              OptionalDouble.empty(),
              -1));
    }
    return pairs;
  }

  private static int[] ids(JsonNode array) {
    return IntStream.range(0, array.size()).map(i -> array.get(i).asInt()).toArray();
  }
}
