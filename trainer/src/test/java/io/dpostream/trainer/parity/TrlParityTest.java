package io.dpostream.trainer.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.trainer.Records;
import io.dpostream.trainer.TrainerConfig;
import io.dpostream.trainer.learner.DpoLearner;
import io.dpostream.trainer.learner.LearnerSettings;
import io.dpostream.trainer.learner.StepResult;
import io.dpostream.trainer.learner.TrainingBatch;
import io.dpostream.trainer.learner.TrainingPair;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Fifty steps on the model and the pairs that TRL's DPOTrainer was trained on, by {@code
 * benchmarks/peers/trl/goldens.py}, against its numbers of every step.
 */
@Execution(ExecutionMode.CONCURRENT)
class TrlParityTest {
  private static final int PAIRS_A_STEP = 4;

  /** One for all, since they have one reference: the first to need a value caches it. */
  @TempDir static Path work;

  @ParameterizedTest(name = "{0}, accumulation {1}")
  @CsvSource({
    "sigmoid, 1, 0",
    "sigmoid, 4, 0",
    "ipo, 1, 0",
    "ipo, 4, 0",
    "hinge, 1, 0",
    "hinge, 4, 0",
    "robust, 1, 0.1",
    "robust, 4, 0.1",
    "exo_pair, 1, 0.01",
    "exo_pair, 4, 0.01",
    "nca_pair, 1, 0",
    "nca_pair, 4, 0",
    "apo_zero, 1, 0",
    "apo_zero, 4, 0",
    "sigmoid_norm, 1, 0",
    "sigmoid_norm, 4, 0",
    "discopop, 1, 0",
    "discopop, 4, 0",
    "sigmoid+nca_pair, 1, 0",
    "sigmoid+nca_pair, 4, 0"
  })
  void shouldGiveTrlsNumbersAtEveryStep(String name, int accumulation, double smoothing)
      throws Exception {
    compare(
        name + "." + accumulation + ".csv", "model", config(name, accumulation, smoothing), work);
  }

  /**
   * A new adapter begins with the first values that goldens.py draws as this project does. The last
   * two start from an adapter that has learned, and hold to it.
   */
  @ParameterizedTest(name = "{0}, accumulation {2}")
  @CsvSource({
    "lora, sigmoid, 1, 4, 16, all-linear",
    "lora, sigmoid, 4, 4, 16, all-linear",
    "lora-pattern, ipo, 1, 3, 6, .*layers\\.1\\.(mlp\\..*_proj|self_attn\\.o_proj)",
    "lora-start, sigmoid, 1, 2, 8, q_proj v_proj down_proj",
    "lora-rank-stabilized, sigmoid, 1, 4, 4, k_proj up_proj"
  })
  void shouldTrainAdaptersAsTrlDoes(
      String name, String loss, int accumulation, int rank, double alpha, String modules)
      throws Exception {
    TrainerConfig config =
        Records.with(
            config(loss, accumulation, 0),
            "loraR",
            rank,
            "loraAlpha",
            alpha,
            "loraTargetModules",
            List.of(modules.split(" ")),
            "learningRate",
            5e-3);
    String model = Files.exists(resources().resolve(name)) ? name : "model";
    compare(name + "." + accumulation + ".csv", model, config, work);
  }

  private static void compare(String numbers, String model, TrainerConfig config, Path work)
      throws Exception {
    Path trl = resources();
    List<String> lines = Files.readAllLines(trl.resolve(numbers));
    String[] columns = lines.get(0).split(",");
    List<TrainingPair> pairs = pairs(trl.resolve("pairs.jsonl"));
    try (DpoLearner learner = learner(trl.resolve(model), config, work)) {
      for (int step = 1; step < lines.size(); step++) {
        List<TrainingPair> batch = pairs.subList((step - 1) * PAIRS_A_STEP, step * PAIRS_A_STEP);
        StepResult result =
            learner.step(new TrainingBatch(step, batch, OptionalDouble.empty(), -1));
        String[] expected = lines.get(step).split(",");
        for (int c = 0; c < columns.length; c++) {
          double trls = Double.parseDouble(expected[c]);
          assertThat(result.metrics().get(columns[c]))
              .as("%s of step %d", columns[c], step)
              .isCloseTo(trls, within(1e-4 * Math.abs(trls) + 1e-5));
        }
      }
    }
    assertThat(lines).hasSize(51);
  }

  private static DpoLearner learner(Path model, TrainerConfig config, Path work) {
    EngineOptions engine = new EngineOptions("cpu", "float32", 1);
    return DpoLearner.open(config, new LearnerSettings(model, model, engine, work));
  }

  private static TrainerConfig config(String name, int accumulation, double smoothing) {
    List<String> types = List.of(name.split("\\+"));
    return Records.with(
        TrainerConfig.defaults(),
        "lossType",
        types,
        "lossWeights",
        types.size() > 1 ? List.of(0.8, 0.2) : List.of(),
        "labelSmoothing",
        smoothing,
        "learningRate",
        5e-5,
        "weightDecay",
        0.01,
        "maxLength",
        Optional.empty(),
        "maxPromptLength",
        Optional.empty(),
        "perDeviceTrainBatchSize",
        PAIRS_A_STEP / accumulation,
        "gradientAccumulationSteps",
        accumulation);
  }

  private static List<TrainingPair> pairs(Path file) throws IOException {
    List<TrainingPair> pairs = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      JsonNode row = new ObjectMapper().readTree(line);
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

  private static Path resources() throws URISyntaxException {
    return Path.of(Objects.requireNonNull(TrlParityTest.class.getResource("/trl")).toURI());
  }
}
