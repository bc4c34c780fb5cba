package io.dpostream.sampler;

import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.ModelConfig.Head;
import io.dpostream.tinymodel.TinyLlama;
import java.nio.file.Path;
import java.util.OptionalInt;

/** A tiny Llama that writes letters: id 0 ends, ids 1 to 26 are a to z, 27 to 36 are digits. */
public final class TinyModel {
  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";

  private TinyModel() {}

  /** Writes a folder; every seed gives other weights. */
  public static CheckpointFolder write(Path folder, long seed) {
    StringBuilder vocab = new StringBuilder("\"</s>\": 0");
    for (int i = 0; i < LETTERS.length(); i++) {
      vocab.append(", \"").append(LETTERS.charAt(i)).append("\": ").append(i + 1);
    }
    String tokenizer =
        """
        {"version": "1.0",
         "added_tokens": [{"id": 0, "content": "</s>", "single_word": false, "lstrip": false,
           "rstrip": false, "normalized": false, "special": true}],
         "decoder": {"type": "Fuse"},
         "model": {"type": "BPE", "vocab": {%s}, "merges": []}}
        """
            .formatted(vocab);
    TinyLlama model =
        new TinyLlama(
            Head.CAUSAL_LM, LETTERS.length() + 1, 2, OptionalInt.empty(), 0, OptionalInt.empty());
    return model.write(folder, tokenizer, seed);
  }
}
