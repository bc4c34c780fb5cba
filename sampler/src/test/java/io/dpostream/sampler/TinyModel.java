package io.dpostream.sampler;

import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.ModelConfig;
import io.dpostream.policy.model.ModelConfig.Family;
import io.dpostream.policy.model.ModelConfig.Head;
import io.dpostream.policy.model.RandomCheckpoint;
import io.dpostream.policy.model.RopeScaling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A random model that writes letters: id 0 ends, ids 1 to 26 are a to z, 27 to 36 are digits. */
final class TinyModel {
  private TinyModel() {}

  /** Writes a folder; every seed gives other weights. */
  static CheckpointFolder write(Path folder, long seed) throws IOException {
    Files.createDirectories(folder);
    StringBuilder vocab = new StringBuilder("\"</s>\": 0");
    String letters = "abcdefghijklmnopqrstuvwxyz0123456789";
    for (int i = 0; i < letters.length(); i++) {
      vocab.append(", \"").append(letters.charAt(i)).append("\": ").append(i + 1);
    }
    Files.writeString(
        folder.resolve("tokenizer.json"),
        """
        {"version": "1.0",
         "added_tokens": [{"id": 0, "content": "</s>", "single_word": false, "lstrip": false,
           "rstrip": false, "normalized": false, "special": true}],
         "decoder": {"type": "Fuse"},
         "model": {"type": "BPE", "vocab": {%s}, "merges": []}}
        """
            .formatted(vocab));
    return RandomCheckpoint.write(folder, config(letters.length() + 1), seed, 0.3);
  }

  private static ModelConfig config(int vocabSize) {
    return new ModelConfig(
        Family.LLAMA,
        Head.CAUSAL_LM,
        vocabSize,
        16,
        32,
        2,
        2,
        1,
        8,
        64,
        1e-6,
        10_000,
        new RopeScaling.None(),
        true,
        false,
        Optional.empty(),
        OptionalInt.empty(),
        List.of(0),
        OptionalInt.empty(),
        "float32");
  }
}
