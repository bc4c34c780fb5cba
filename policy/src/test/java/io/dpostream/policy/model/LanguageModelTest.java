package io.dpostream.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.policy.checkpoint.Safetensors;
import io.dpostream.policy.checkpoint.SafetensorsWriter;
import io.dpostream.policy.model.ModelConfig.Family;
import io.dpostream.policy.model.ModelConfig.SlidingWindow;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.policy.torch.NamedTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Execution(ExecutionMode.CONCURRENT)
class LanguageModelTest {
  private static final ModelConfig LLAMA = TinyModels.config(Family.LLAMA);

  @TempDir Path folder;

  /** Rows of one product round differently with the batch's shape: 1e-5 covers float32. */
  @ParameterizedTest
  @EnumSource(Family.class)
  void shouldScoreASequenceTheSameAloneAndInABatch(Family family) throws IOException {
    ModelConfig config = TinyModels.config(family);
    List<TokenSequence> batch = TinyModels.sequences(6, config.vocabSize(), 1);
    try (LanguageModel model =
        LanguageModel.load(TinyModels.write(folder, config, 1), TinyModels.CPU)) {
      float[][] together = model.logprobs(batch);
      for (int row = 0; row < batch.size(); row++) {
        assertThat(together[row])
            .containsExactly(model.logprobs(List.of(batch.get(row)))[0], within(1e-5f));
      }
    }
  }

  @Test
  void shouldScoreWithTheLogSoftmaxOfTheLogits() throws IOException {
    TokenSequence sequence = new TokenSequence(new int[] {3, 1, 4}, new int[] {1, 5, 9});
    try (LanguageModel model =
        LanguageModel.load(TinyModels.write(folder, LLAMA, 1), TinyModels.CPU)) {
      float[][] logits = model.logits(new int[] {3, 1, 4, 1, 5, 9});
      float[] logprobs = model.logprobs(List.of(sequence))[0];
      for (int j = 0; j < 3; j++) {
        float[] row = logits[2 + j];
        double sum = IntStream.range(0, row.length).mapToDouble(v -> Math.exp(row[v])).sum();
        double expected = row[sequence.completion()[j]] - Math.log(sum);
        assertThat((double) logprobs[j]).isCloseTo(expected, within(1e-5));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
  void shouldRefuseWeightsThatAreNotFinite(float value) throws IOException {
    CheckpointFolder checkpoint = TinyModels.write(folder, LLAMA, 1);
    Path file = folder.resolve("model.safetensors");
    Safetensors sound = Safetensors.open(file);
    List<NamedTensor> tensors = new ArrayList<>();
    for (String name : sound.names()) {
      float[] values = sound.tensor(name).toFloats();
      if (name.contains("layers.0")) {
        values[values.length / 2] = value;
      }
      tensors.add(NamedTensor.of(name, sound.shape(name), values));
    }
    Files.delete(file);
    SafetensorsWriter.write(file, tensors);

    assertThatThrownBy(() -> LanguageModel.load(checkpoint, TinyModels.CPU).close())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("model.safetensors")
        .hasMessageContaining("holds the value " + value);
  }

  /** Transformers keeps apart a head and an embedding that differ, whatever the file says. */
  @Test
  void shouldRefuseATiedHeadThatDiffersFromTheEmbedding() throws IOException {
    ModelConfig tied = TinyModels.config(Family.QWEN2);
    CheckpointFolder checkpoint = TinyModels.write(folder, tied, 1);
    Path file = folder.resolve("model.safetensors");
    List<NamedTensor> tensors = new ArrayList<>();
    Safetensors stored = Safetensors.open(file);
    stored.names().forEach(name -> tensors.add(inMemory(stored.tensor(name), name)));
    float[] head = stored.tensor("model.embed_tokens.weight").toFloats();
    List<Long> shape = stored.shape("model.embed_tokens.weight");
    tensors.add(NamedTensor.of("lm_head.weight", shape, head.clone()));
    Files.delete(file);
    SafetensorsWriter.write(file, tensors);
    LanguageModel.load(checkpoint, TinyModels.CPU).close(); // the same values may stand twice

    head[head.length - 1] += 1;
    tensors.set(tensors.size() - 1, NamedTensor.of("lm_head.weight", shape, head));
    Files.delete(file);
    SafetensorsWriter.write(file, tensors);

    assertThatThrownBy(() -> LanguageModel.load(checkpoint, TinyModels.CPU).close())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("lm_head.weight differs from model.embed_tokens.weight")
        .hasMessageContaining("set tie_word_embeddings to false");
  }

  private static NamedTensor inMemory(NamedTensor tensor, String name) {
    return NamedTensor.of(name, tensor.shape(), tensor.toFloats());
  }

  @Test
  void shouldScoreTheSameInChunksOfPositions() throws IOException {
    List<TokenSequence> batch = TinyModels.sequences(5, LLAMA.vocabSize(), 4);
    CheckpointFolder checkpoint = TinyModels.write(folder, LLAMA, 1);
    try (LanguageModel whole = LanguageModel.load(checkpoint, TinyModels.CPU);
        LanguageModel chunked = LanguageModel.load(checkpoint, TinyModels.CPU, 3)) {
      float[][] expected = whole.logprobs(batch);
      float[][] found = chunked.logprobs(batch);
      for (int row = 0; row < found.length; row++) {
        assertThat(found[row]).containsExactly(expected[row], within(1e-5f));
      }
    }
  }

  /**
   * Checks that, with one layer and a window of 2, a token sees its predecessor and nothing before
   * it.
   */
  @Test
  void shouldSeeNoFurtherBackThanItsWindow() throws IOException {
    ModelConfig config =
        TinyModels.config(
            Family.MISTRAL, Optional.of(new SlidingWindow(2, 1)), new RopeScaling.None());
    ModelConfig near =
        TinyModels.config(
            Family.MISTRAL, Optional.of(new SlidingWindow(2, 0)), new RopeScaling.None());
    CheckpointFolder checkpoint = TinyModels.write(folder, config, 1);
    // Two layers of window 2 reach two tokens back, so the first of four is out of sight.
    try (LanguageModel all = LanguageModel.load(checkpoint, TinyModels.CPU);
        LanguageModel windowed =
            LanguageModel.load(new CheckpointFolder(folder, near), TinyModels.CPU)) {
      int[] one = {7, 2, 3, 4};
      int[] other = {8, 2, 3, 4};
      assertThat(windowed.logits(one)[3]).containsExactly(windowed.logits(other)[3], within(1e-6f));
      assertThat(all.logits(one)[3]).isNotEqualTo(all.logits(other)[3]);
    }
  }

  /** bfloat16 keeps 8 bits: each of the products errs by up to 2^-9 of its size. */
  @Test
  void shouldScoreInBfloat16NearFloat32() throws IOException {
    List<TokenSequence> batch = TinyModels.sequences(6, LLAMA.vocabSize(), 1);
    CheckpointFolder checkpoint = TinyModels.write(folder, LLAMA, 1);
    try (LanguageModel exact = LanguageModel.load(checkpoint, TinyModels.CPU);
        LanguageModel half =
            LanguageModel.load(checkpoint, new EngineOptions("cpu", "bfloat16", 1))) {
      assertThat(half.sha256()).isEqualTo(exact.sha256());
      float[][] expected = exact.logprobs(batch);
      float[][] found = half.logprobs(batch);
      for (int row = 0; row < found.length; row++) {
        assertThat(found[row]).containsExactly(expected[row], within(0.2f));
        assertThat(found[row]).isNotEqualTo(expected[row]);
      }
    }
  }

  @Test
  void shouldRefuseIdsAndLengthsThatTheModelLacks() throws IOException {
    try (LanguageModel model =
        LanguageModel.load(TinyModels.write(folder, LLAMA, 1), TinyModels.CPU)) {
      assertThatThrownBy(
              () -> model.logprobs(List.of(new TokenSequence(new int[] {50}, new int[] {1}))))
          .hasMessage("token id 50 is not in the vocabulary of 50");
      assertThatThrownBy(() -> model.logprobs(List.of(new TokenSequence(new int[60], new int[5]))))
          .hasMessageContaining("65 tokens is longer than the model's 64");
      assertThatThrownBy(() -> model.logprobs(List.of())).hasMessageContaining("at least one");
    }
    assertThatThrownBy(() -> new TokenSequence(new int[] {1}, new int[0]))
        .hasMessageContaining("completion");
  }

  @Test
  void shouldRefuseWeightsOfAnotherShape() throws IOException {
    TinyModels.write(folder, LLAMA, 1);
    CheckpointFolder qwen = new CheckpointFolder(folder, TinyModels.config(Family.QWEN3));
    assertThatThrownBy(() -> LanguageModel.load(qwen, TinyModels.CPU))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("tensor");
    CheckpointFolder biased = new CheckpointFolder(folder, TinyModels.config(Family.QWEN2));
    assertThatThrownBy(() -> LanguageModel.load(biased, TinyModels.CPU))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("has no tensor");
  }

  @Test
  void shouldRefuseTensorsWithoutAPlace() throws IOException {
    TinyModels.write(folder, TinyModels.config(Family.QWEN3), 1);
    assertThatThrownBy(
            () -> LanguageModel.load(new CheckpointFolder(folder, LLAMA), TinyModels.CPU))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("norm.weight does not belong to the model");
  }

  @Test
  void shouldMakeTheSameNewModelFromTheSameSeed() throws IOException {
    Path one = Files.createDirectories(folder.resolve("one"));
    Path two = Files.createDirectories(folder.resolve("two"));
    RandomCheckpoint.write(one, LLAMA, 5, 0.02);
    RandomCheckpoint.write(two, LLAMA, 5, 0.02);
    assertThat(one.resolve("model.safetensors"))
        .hasSameBinaryContentAs(two.resolve("model.safetensors"));
  }
}
