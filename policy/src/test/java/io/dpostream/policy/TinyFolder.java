package io.dpostream.policy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A model folder with six words, and bytes in place of weights. */
public final class TinyFolder {
  private TinyFolder() {}

  public static Path writeTo(Path folder) throws IOException {
    write(Files.createDirectories(folder));
    return folder;
  }

  public static void write(Path folder) {
    try {
      Files.writeString(folder.resolve("config.json"), CONFIG);
      Files.writeString(folder.resolve("tokenizer.json"), TOKENIZER);
      Files.writeString(folder.resolve("tokenizer_config.json"), TOKENIZER_CONFIG);
      Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": [1, 5]}");
      Files.write(folder.resolve("model.safetensors"), new byte[] {1, 2, 3});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final String CONFIG =
      """
      {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 6,
       "hidden_size": 4, "intermediate_size": 8, "num_hidden_layers": 1,
       "num_attention_heads": 2, "bos_token_id": 0, "eos_token_id": 1,
       "torch_dtype": "bfloat16", "initializer_range": 0.02}
      """;

  private static final String TOKENIZER_CONFIG =
      """
      {"bos_token": {"content": "<s>"}, "eos_token": "</s>",
       "chat_template": "{{ bos_token }}{{ messages[0].content }} answer"}
      """;

  private static final String TOKENIZER =
      """
      {"version": "1.0", "truncation": null, "padding": null,
       "added_tokens": [
         {"id": 0, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false,
          "normalized": false, "special": true},
         {"id": 1, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false,
          "normalized": false, "special": true}],
       "normalizer": null, "pre_tokenizer": {"type": "Whitespace"},
       "post_processor": {"type": "TemplateProcessing",
         "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
                    {"Sequence": {"id": "A", "type_id": 0}}],
         "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
         "special_tokens": {"<s>": {"id": "<s>", "ids": [0], "tokens": ["<s>"]}}},
       "decoder": null,
       "model": {"type": "WordLevel", "unk_token": "<unk>",
         "vocab": {"<s>": 0, "</s>": 1, "<unk>": 2, "red": 3, "cat": 4, "answer": 5}}}
      """;
}
