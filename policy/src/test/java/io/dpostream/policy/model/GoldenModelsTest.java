package io.dpostream.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.dpostream.policy.text.TokenSequence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Values of transformers 5.24 in float32, written by {@code model_goldens.py}. */
@Execution(ExecutionMode.CONCURRENT)
class GoldenModelsTest {
  private static final String GOLDEN = "io.dpostream.policy.model.GoldenModels#names";
  private static final String STORED = "io.dpostream.policy.model.GoldenModels#storedNames";
  private static final Offset<Float> TOLERANCE = within(1e-4f);

  @TempDir Path folder;

  @ParameterizedTest
  @MethodSource(GOLDEN)
  void shouldComputeWhatTransformersComputes(String name) throws IOException {
    JsonNode golden = GoldenModels.golden(name);
    check(GoldenModels.write(folder, golden), golden);
  }

  @ParameterizedTest
  @MethodSource(STORED)
  void shouldComputeItWithWhatTransformersStored(String dtype) throws IOException {
    check(GoldenModels.stored(dtype), GoldenModels.storedGolden(dtype));
  }

  /** A configuration that we write for a model must mean what the model's own does. */
  @ParameterizedTest
  @MethodSource(GOLDEN)
  void shouldMeanTheSameByTheConfigurationThatItWrites(String name) throws IOException {
    JsonNode golden = GoldenModels.golden(name);
    CheckpointFolder checkpoint = GoldenModels.write(folder, golden);
    Path written = java.nio.file.Files.createDirectory(folder.resolve("written"));
    Path file = written.resolve("config.json");
    java.nio.file.Files.writeString(file, checkpoint.config().toJson());

    assertThat(ModelConfigJson.read(file)).isEqualTo(checkpoint.config());
  }

  private static void check(CheckpointFolder checkpoint, JsonNode golden) throws IOException {
    try (LanguageModel model = LanguageModel.load(checkpoint, TinyModels.CPU);
        TrainableModel trained = TrainableModel.load(checkpoint, TinyModels.CPU)) {
      List<TokenSequence> sequences = new ArrayList<>();
      for (JsonNode row : golden.path("rows")) {
        checkLogits(model, row);
        sequences.add(sequence(row));
      }
      checkLogprobs(model.logprobs(sequences), golden);
      try (ForwardPass pass = trained.forward(sequences)) {
        checkLogprobs(pass.logprobs(), golden);
      }
      PassShape shape = new PassShape(sequences.size(), 48);
      checkLogprobs(model.logprobs(sequences, shape), golden);
      try (ForwardPass pass = trained.forward(sequences, shape)) {
        checkLogprobs(pass.logprobs(), golden);
      }
      checkTexts(model, golden.path("greedy"));
    }
  }

  private static TokenSequence sequence(JsonNode row) {
    int[] ids = GoldenModels.ints(row.path("ids"));
    int prompt = row.path("prompt").asInt();
    return new TokenSequence(
        Arrays.copyOf(ids, prompt), Arrays.copyOfRange(ids, prompt, ids.length));
  }

  private static void checkLogits(LanguageModel model, JsonNode row) {
    float[][] logits = model.logits(GoldenModels.ints(row.path("ids")));
    int[] at = GoldenModels.ints(row.path("at"));
    for (int i = 0; i < at.length; i++) {
      assertThat(logits[at[i]])
          .as("logits at %d of %d", at[i], logits.length)
          .containsExactly(GoldenModels.floats(row.path("logits").get(i)), TOLERANCE);
    }
  }

  private static void checkLogprobs(float[][] logprobs, JsonNode golden) {
    for (int i = 0; i < logprobs.length; i++) {
      JsonNode row = golden.path("rows").get(i);
      assertThat(logprobs[i])
          .as("row %d", i)
          .containsExactly(GoldenModels.floats(row.path("logprobs")), TOLERANCE);
    }
  }

  /** Prompts of unequal lengths in one batch, over a cache of keys and values. */
  private static void checkTexts(LanguageModel model, JsonNode texts) {
    List<GenerationRequest> requests = new ArrayList<>();
    for (JsonNode text : texts) {
      requests.add(new GenerationRequest(GoldenModels.ints(text.path("prompt")), 0));
    }
    List<Generation> written =
        model.decoder().generate(requests, SamplingOptions.greedy(12, Set.of()));
    for (int i = 0; i < texts.size(); i++) {
      assertThat(written.get(i).tokenIds())
          .containsExactly(GoldenModels.ints(texts.get(i).path("ids")));
      assertThat(written.get(i).logprobs())
          .containsExactly(GoldenModels.floats(texts.get(i).path("logprobs")), TOLERANCE);
    }
  }

  @Test
  void shouldStretchDynamicFrequenciesBeyondTheContext() throws IOException {
    JsonNode golden = GoldenModels.golden("dynamic");
    CheckpointFolder checkpoint = GoldenModels.write(folder, golden);
    try (LanguageModel model = LanguageModel.load(checkpoint, TinyModels.CPU)) {
      for (JsonNode row : golden.path("beyond")) {
        checkLogits(model, row);
        assertThatThrownBy(() -> model.logprobs(List.of(sequence(row))))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("is longer than the model's 24");
      }
    }
  }

  @Test
  void shouldWriteNothingBeyondTheContextOfDynamicFrequencies() throws IOException {
    CheckpointFolder checkpoint = GoldenModels.write(folder, GoldenModels.golden("dynamic"));
    try (LanguageModel model = LanguageModel.load(checkpoint, TinyModels.CPU)) {
      List<Generation> written =
          model
              .decoder()
              .generate(
                  List.of(new GenerationRequest(new int[20], 0)),
                  SamplingOptions.greedy(12, Set.of()));
      assertThat(written.get(0).tokenIds()).hasSize(4);
      assertThat(written.get(0).stopped()).isFalse();
    }
  }
}
