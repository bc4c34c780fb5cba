package io.dpostream.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.policy.checkpoint.JsonFiles;
import io.dpostream.policy.checkpoint.SafetensorsWriter;
import io.dpostream.policy.model.ModelConfig.Family;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.policy.torch.NamedTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Execution(ExecutionMode.CONCURRENT)
class AdapterFolderTest {
  private static final EngineOptions SINGLE = new EngineOptions("cpu", "float32", 1);
  private static final EngineOptions EXACT = new EngineOptions("cpu", "float64", 1);
  private static final ModelConfig CONFIG = TinyModels.config(Family.LLAMA);
  private static final LoraTargets TARGETS = new LoraTargets(List.of("q_proj", "1.mlp.up_proj"));

  @TempDir private Path dir;
  private Path adapter;

  @BeforeEach
  void anAdapterThatHasLearned() throws IOException {
    TinyModels.write(Files.createDirectory(dir.resolve("base")), CONFIG, 1);
    adapter = write("adapter", lora(false), "../base");
  }

  private static Lora lora(boolean rankStabilized) {
    return new Lora(3, 4, rankStabilized, 0, TARGETS, 0);
  }

  private static FineTuning tuning(Lora lora) {
    return new FineTuning(Optional.of(lora), false);
  }

  private Path write(String name, Lora lora, String base) throws IOException {
    Path folder = Files.createDirectory(dir.resolve(name));
    CheckpointFolder model = CheckpointFolder.open(dir.resolve("base"));
    try (TrainableModel trained = TrainableModel.load(model, SINGLE, tuning(lora))) {
      Random random = new Random(4);
      for (String parameter : trained.parameters().names()) {
        float[] values = trained.parameters().get(parameter);
        for (int i = 0; i < values.length; i++) {
          values[i] = 0.3f * (float) random.nextGaussian();
        }
        trained.parameters().set(parameter, values);
      }
      trained.writeAdapter(folder);
    }
    ObjectNode json = JsonFiles.readObject(folder.resolve("adapter_config.json"));
    json.put("base_model_name_or_path", base);
    Files.writeString(folder.resolve("adapter_config.json"), json.toString());
    return folder;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldStandForTheModelWithTheAdapterMerged(boolean rankStabilized) throws IOException {
    Path folder = write("other", lora(rankStabilized), "../base");
    CheckpointFolder merged = CheckpointFolder.open(folder);
    List<TokenSequence> batch = TinyModels.sequences(4, CONFIG.vocabSize(), 2);
    try (TrainableModel adapted = TrainableModel.load(merged, EXACT, tuning(lora(rankStabilized)));
        LanguageModel start = adapted.start();
        LanguageModel loaded = LanguageModel.load(merged, EXACT);
        TrainableModel full = TrainableModel.load(merged, EXACT);
        LanguageModel base =
            LanguageModel.load(CheckpointFolder.open(dir.resolve("base")), EXACT)) {
      assertThat(List.of(adapted.sha256(), loaded.sha256(), full.sha256()))
          .containsOnly(start.sha256());
      assertThat(base.sha256()).isNotEqualTo(start.sha256());
      PassShape shape = new PassShape(4, 48);
      float[][] policy;
      try (ForwardPass pass = adapted.forward(batch, shape)) {
        policy = pass.logprobs();
      }
      assertThat(start.logprobs(batch, shape)).isDeepEqualTo(policy);
      float[][] mergedLogps = loaded.logprobs(batch, shape);
      for (int i = 0; i < policy.length; i++) {
        assertThat(mergedLogps[i]).containsExactly(policy[i], within(1e-4f));
        assertThat(base.logprobs(batch, shape)[i]).isNotEqualTo(policy[i]);
      }
    }
  }

  @Test
  void shouldLeaveTheStartAloneWhenThePolicyMoves() throws IOException {
    CheckpointFolder folder = CheckpointFolder.open(adapter);
    try (TrainableModel adapted = TrainableModel.load(folder, SINGLE, tuning(lora(false)));
        LanguageModel start = adapted.start()) {
      List<TokenSequence> batch = TinyModels.sequences(2, CONFIG.vocabSize(), 2);
      float[][] before = start.logprobs(batch);
      String first = adapted.parameters().names().get(0);
      adapted.parameters().set(first, new float[adapted.parameters().get(first).length]);

      assertThat(start.logprobs(batch)).isDeepEqualTo(before);
      assertThat(adapted.sha256()).isNotEqualTo(start.sha256());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "peft_type, '\"IA3\"'",
    "bias, '\"all\"'",
    "use_dora, true",
    "fan_in_fan_out, true",
    "modules_to_save, '[\"lm_head\"]'",
    "rank_pattern, '{\"q_proj\": 8}'",
    "alpha_pattern, '{\"q_proj\": 8}'",
    "trainable_token_indices, '[1]'",
    "init_lora_weights, '\"pissa\"'",
  })
  void shouldRefuseByNameWhatItDoesNotCompute(String key, String value) throws IOException {
    Path file = adapter.resolve("adapter_config.json");
    ObjectNode json = JsonFiles.readObject(file);
    json.set(key, JsonFiles.parseObject("{\"value\": " + value + "}").get("value"));
    Files.writeString(file, json.toString());

    assertThatThrownBy(() -> CheckpointFolder.open(adapter))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(file + ": " + key + ": ")
        .hasMessageContaining(" is not supported; merge it into its model");
  }

  @Test
  void shouldRefuseABaseThatIsNotHere() throws IOException {
    Path remote = write("remote", lora(false), "Qwen/Qwen3-0.6B");
    assertThatThrownBy(() -> CheckpointFolder.open(remote))
        .isInstanceOf(CheckpointException.class)
        .hasMessageEndingWith(
            "base_model_name_or_path: 'Qwen/Qwen3-0.6B' is no folder here; put the model's folder"
                + " there");
  }

  @ParameterizedTest
  @CsvSource({
    "base_model.model.lm_head.lora_A.weight, 3, is no adapter of a projection",
    "base_model.model.model.layers.7.mlp.up_proj.lora_A.weight, 3, is no adapter of a projection",
    "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight, 2, 'has shape [2, '",
  })
  void shouldRefuseTensorsThatTheModelLacks(String name, long rank, String problem)
      throws IOException {
    Path file = adapter.resolve("adapter_model.safetensors");
    List<NamedTensor> tensors = new ArrayList<>();
    for (String module : AdapterFolder.open(adapter).modules()) {
      for (String tensor : List.of(LoraNames.down(module), LoraNames.up(module))) {
        if (!tensor.equals(name)) {
          NamedTensor kept = AdapterFolder.open(adapter).tensors().tensor(tensor);
          tensors.add(NamedTensor.of(tensor, kept.shape(), kept.toFloats()));
        }
      }
    }
    int in = CONFIG.hiddenSize();
    tensors.add(
        NamedTensor.of(name, List.of(rank, (long) in), new float[Math.toIntExact(rank) * in]));
    Files.delete(file);
    SafetensorsWriter.write(file, tensors);

    assertThatThrownBy(() -> CheckpointFolder.open(adapter))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("tensor " + name + " " + problem);
  }
}
