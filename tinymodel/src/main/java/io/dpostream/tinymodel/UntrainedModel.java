package io.dpostream.tinymodel;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dpostream.policy.checkpoint.AtomicFolder;
import io.dpostream.policy.checkpoint.SafetensorsWriter;
import io.dpostream.policy.model.InitialWeights;
import io.dpostream.policy.model.ModelConfig;
import io.dpostream.policy.model.ModelConfig.Family;
import io.dpostream.policy.model.ModelConfig.Head;
import io.dpostream.policy.model.RopeScaling;
import io.dpostream.tinymodel.corpus.Corpus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * A small Llama with random weights and a tokenizer of its own, about 0.6 million parameters, from
 * which {@code dpo sft} makes the shipped model.
 */
public final class UntrainedModel {
  private static final int MERGES = 760;
  private static final int MAX_POSITIONS = 256;
  private static final double INITIAL_DEVIATION = 0.05;

  private UntrainedModel() {}

  /**
   * Writes the model folder: a tokenizer learned from the corpus, and weights drawn with the seed.
   */
  public static void write(Corpus corpus, long seed, Path folder) throws IOException {
    List<String> texts =
        corpus.facts().stream()
            .flatMap(shown -> Stream.of(shown.question(), shown.completion()))
            .toList();
    TokenizerFiles tokenizer = new TokenizerFiles(BytePairs.learn(texts, MERGES));
    ModelConfig config = config(tokenizer.vocabulary().size());
    AtomicFolder.create(
        folder,
        empty -> {
          Files.writeString(empty.resolve("config.json"), config.toJson());
          Files.writeString(empty.resolve("generation_config.json"), generationConfig());
          tokenizer.write(empty, MAX_POSITIONS);
          SafetensorsWriter.write(
              empty.resolve("model.safetensors"),
              InitialWeights.draw(config, INITIAL_DEVIATION, seed));
        });
  }

  private static ModelConfig config(int vocabSize) {
    return new ModelConfig(
        Family.LLAMA,
        Head.CAUSAL_LM,
        vocabSize,
        96,
        256,
        5,
        6,
        3,
        16,
        MAX_POSITIONS,
        1e-5,
        10_000,
        new RopeScaling.None(),
        true,
        false,
        Optional.empty(),
        OptionalInt.of(TokenizerFiles.id(TokenizerFiles.BEGIN)),
        List.of(TokenizerFiles.id(TokenizerFiles.END)),
        OptionalInt.of(TokenizerFiles.id(TokenizerFiles.PAD)),
        "float32");
  }

  private static String generationConfig() {
    ObjectNode json =
        new ObjectMapper()
            .createObjectNode()
            .put("bos_token_id", TokenizerFiles.id(TokenizerFiles.BEGIN))
            .put("eos_token_id", TokenizerFiles.id(TokenizerFiles.END))
            .put("pad_token_id", TokenizerFiles.id(TokenizerFiles.PAD))
            .put("do_sample", true)
            .put("temperature", 1.0)
            .put("max_new_tokens", 40);
    return json.toPrettyString() + "\n";
  }
}
