package io.dpostream.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import io.dpostream.policy.checkpoint.Safetensors;
import io.dpostream.policy.checkpoint.SafetensorsWriter;
import io.dpostream.policy.model.ModelConfig.Family;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.policy.torch.EngineOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Execution(ExecutionMode.CONCURRENT)
class LoraTest {
  private static final EngineOptions EXACT = new EngineOptions("cpu", "float64", 1);
  private static final EngineOptions SINGLE = new EngineOptions("cpu", "float32", 1);
  private static final ModelConfig CONFIG = TinyModels.config(Family.QWEN2);
  private static final PassShape SHAPE = new PassShape(5, 48);

  @TempDir private Path folder;
  private CheckpointFolder checkpoint;
  private List<TokenSequence> batch;

  @BeforeEach
  void aModelAndSequences() throws Exception {
    checkpoint = TinyModels.write(Files.createDirectory(folder.resolve("model")), CONFIG, 1);
    batch = TinyModels.sequences(4, CONFIG.vocabSize(), 2);
  }

  private static FineTuning dropping(boolean checkpointing) {
    LoraTargets targets = new LoraTargets(List.of(Lora.ALL_LINEAR));
    return new FineTuning(Optional.of(new Lora(2, 8, false, 0.3, targets, 7)), checkpointing);
  }

  private static FineTuning lora(boolean checkpointing, String... modules) {
    return new FineTuning(Optional.of(lora(List.of(modules))), checkpointing);
  }

  private static Lora lora(List<String> modules) {
    return new Lora(2, 8, false, new LoraTargets(modules), 7);
  }

  /** Random values for A and B, as if something had been learned. */
  private static void train(TrainableModel model) {
    Random random = new Random(5);
    for (String name : model.parameters().names()) {
      float[] values = model.parameters().get(name);
      for (int i = 0; i < values.length; i++) {
        values[i] = 0.3f * (float) random.nextGaussian();
      }
      model.parameters().set(name, values);
    }
  }

  private static double[] exact(TrainableModel model, List<TokenSequence> batch) {
    try (ForwardPass pass = model.forward(batch)) {
      return pass.exactLogprobs();
    }
  }

  @Test
  void shouldBeginAsTheModelThatItAdapts() {
    try (TrainableModel full = TrainableModel.load(checkpoint, SINGLE);
        TrainableModel adapted =
            TrainableModel.load(checkpoint, SINGLE, lora(false, Lora.ALL_LINEAR))) {
      assertThat(adapted.sha256()).isEqualTo(full.sha256());
      try (ForwardPass one = full.forward(batch);
          ForwardPass other = adapted.forward(batch)) {
        assertThat(other.logprobs()).isDeepEqualTo(one.logprobs());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"float32", "bfloat16"})
  void shouldHoldTheModelThatItBeganAs(String dtype) {
    EngineOptions engine = new EngineOptions("cpu", dtype, 1);
    try (LanguageModel loaded = LanguageModel.load(checkpoint, engine);
        TrainableModel adapted = TrainableModel.load(checkpoint, engine, lora(false))) {
      train(adapted);
      try (LanguageModel start = adapted.start()) {
        assertThat(start.sha256()).isEqualTo(loaded.sha256()).isNotEqualTo(adapted.sha256());
        assertThat(start.logprobs(batch, SHAPE)).isDeepEqualTo(loaded.logprobs(batch, SHAPE));
      }
      try (LanguageModel again = adapted.start()) {
        assertThat(again.logprobs(batch, SHAPE)).isDeepEqualTo(loaded.logprobs(batch, SHAPE));
      }
    }
    try (TrainableModel full = TrainableModel.load(checkpoint, engine)) {
      assertThatThrownBy(full::start).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void shouldTrainQueriesAndValuesUnlessTold() {
    try (TrainableModel model = TrainableModel.load(checkpoint, SINGLE, lora(false))) {
      assertThat(model.parameters().names())
          .hasSize(4 * CONFIG.numHiddenLayers())
          .contains(
              "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight",
              "base_model.model.model.layers.1.self_attn.v_proj.lora_B.weight");
    }
    assertThatThrownBy(() -> lora(false, "query"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'query' is not one of q_proj");
  }

  /** Compares gradients with central differences over float32 masters, computed in float64. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldHaveTheGradientOfFiniteDifferences(boolean checkpointing) {
    checkGradient(lora(checkpointing, Lora.ALL_LINEAR), Dropout.NONE);
  }

  /** With fixed seeds, dropout is a function like any other. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldHaveTheGradientOfFiniteDifferencesWithDropout(boolean checkpointing) {
    TokenSequence first = batch.get(0);
    TokenSequence third = batch.get(2);
    batch =
        List.of(
            first,
            new TokenSequence(first.prompt(), batch.get(1).completion()),
            third,
            new TokenSequence(third.prompt(), batch.get(3).completion()));
    // The first two share their prompt's work, the others may not.
    checkGradient(dropping(checkpointing), new Dropout(List.of(1L, 1L, 2L, 3L)));
  }

  private void checkGradient(FineTuning tuning, Dropout dropout) {
    Random random = new Random(3);
    try (TrainableModel model = TrainableModel.load(checkpoint, EXACT, tuning)) {
      train(model);
      double[][] d =
          batch.stream()
              .map(s -> random.doubles(s.completion().length, -1, 1).toArray())
              .toArray(double[][]::new);
      try (ForwardPass pass = model.forward(batch, dropout)) {
        pass.backward(d);
      }
      for (int p = 0; p < model.parameters().values().size(); p++) {
        String name = model.parameters().names().get(p);
        float[] gradient = model.parameters().gradients().get(p).toFloatArray();
        int i = random.nextInt(gradient.length);
        double expected = slope(model, d, name, i, dropout);
        assertThat((double) gradient[i])
            .as(name + "[" + i + "]")
            .isCloseTo(expected, within(2e-3 * Math.max(0.05, Math.abs(expected))));
      }
    }
  }

  private double slope(TrainableModel model, double[][] d, String name, int i, Dropout dropout) {
    float[] values = model.parameters().get(name);
    float middle = values[i];
    double step = 0x1p-12; // the scale of 4 bends more than the weights do
    double[] sums = new double[2];
    float[] places = {(float) (middle + step), (float) (middle - step)};
    for (int side = 0; side < 2; side++) {
      values[i] = places[side];
      model.parameters().set(name, values);
      double[] logprobs;
      try (ForwardPass pass = model.forward(batch, dropout)) {
        logprobs = pass.exactLogprobs();
      }
      int at = 0;
      for (double[] row : d) {
        for (double weight : row) {
          sums[side] += weight * logprobs[at++];
        }
      }
    }
    values[i] = middle;
    model.parameters().set(name, values);
    return (sums[0] - sums[1]) / ((double) places[0] - places[1]);
  }

  @Test
  void shouldGiveTheSameNumbersWhenItIsMerged() throws Exception {
    Path merged = folder.resolve("merged");
    try (TrainableModel model =
        TrainableModel.load(checkpoint, EXACT, lora(false, "k_proj", "down_proj"))) {
      train(model);
      new CheckpointWriter(checkpoint)
          .write(merged, file -> SafetensorsWriter.write(file, model.weights()));
      double[] expected = exact(model, batch);
      try (TrainableModel loaded = TrainableModel.load(CheckpointFolder.open(merged), EXACT)) {
        assertThat(loaded.sha256()).isEqualTo(model.sha256()).isNotEqualTo(sha256(checkpoint));
        // The weights were rounded to float32 once: 2^-24 of values below 4, over 2 layers.
        assertThat(exact(loaded, batch)).containsExactly(expected, within(1e-5));
      }
    }
  }

  private static String sha256(CheckpointFolder folder) {
    try (TrainableModel model = TrainableModel.load(folder, SINGLE)) {
      return model.sha256();
    }
  }

  @Test
  void shouldComeBackFromPeftsFiles() throws Exception {
    Path adapter = Files.createDirectory(folder.resolve("adapter"));
    try (TrainableModel model = TrainableModel.load(checkpoint, SINGLE, lora(false));
        TrainableModel other = TrainableModel.load(checkpoint, SINGLE, lora(false))) {
      train(model);
      model.writeAdapter(adapter);
      other.parameters().load(Safetensors.open(adapter.resolve("adapter_model.safetensors")));

      assertThat(other.sha256()).isEqualTo(model.sha256());
      assertThat(Files.readString(adapter.resolve("adapter_config.json")))
          .contains("\"r\" : 2", "\"lora_alpha\" : 8", "\"q_proj\", \"v_proj\"");
      assertThat(CheckpointFolder.open(adapter).sha256()).isEqualTo(model.sha256());
    }
  }

  @Test
  void shouldTellDamagedAdaptersFromThoseThatWereWritten() throws Exception {
    Path adapter = Files.createDirectory(folder.resolve("adapter"));
    Path tensors = adapter.resolve("adapter_model.safetensors");
    try (TrainableModel model = TrainableModel.load(checkpoint, SINGLE, lora(false))) {
      train(model);
      model.writeAdapter(adapter);
      byte[] bytes = Files.readAllBytes(tensors);
      bytes[bytes.length - 2] ^= 1;
      Files.write(tensors, bytes);
      assertThat(CheckpointFolder.open(adapter).sha256()).isNotEqualTo(model.sha256());
    }
  }

  /** Each layer is computed by the same operations on the same numbers, only later. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldHaveTheSameGradientsWithCheckpointing(boolean adapted) {
    Optional<Lora> lora = lora(true).lora().filter(any -> adapted);
    try (TrainableModel kept = TrainableModel.load(checkpoint, EXACT, new FineTuning(lora, false));
        TrainableModel again = TrainableModel.load(checkpoint, EXACT, new FineTuning(lora, true))) {
      for (TrainableModel model : List.of(kept, again)) {
        train(model);
        try (ForwardPass pass = model.forward(batch)) {
          double[][] ones = new double[batch.size()][];
          for (int i = 0; i < ones.length; i++) {
            ones[i] = new double[batch.get(i).completion().length];
            java.util.Arrays.fill(ones[i], 1);
          }
          pass.backward(ones);
        }
      }
      assertThat(exact(again, batch)).isEqualTo(exact(kept, batch));
      for (int p = 0; p < kept.parameters().names().size(); p++) {
        NDArray expected = kept.parameters().gradients().get(p);
        // In float32 the tied embedding's two shares may be added in the other order.
        assertThat(again.parameters().gradients().get(p).toFloatArray())
            .containsExactly(expected.toFloatArray(), within(1e-5f));
      }
    }
  }
}
