package io.dpostream.judge.rewardmodel;

import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.ModelConfig.Head;
import io.dpostream.tinymodel.TinyLlama;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/** A tiny Llama of seven words: begin 0, end 1, unknown 2, red 3, cat 4, answer 5, filling 6. */
final class WordModel {
  private WordModel() {}

  static Path write(Path folder, Head head, boolean conversational) {
    CheckpointFolder model =
        new TinyLlama(head, 7, 2, OptionalInt.of(0), 1, OptionalInt.of(6))
            .write(folder, TOKENIZER, 3);
    try {
      Files.writeString(
          folder.resolve("tokenizer_config.json"),
          "{\"bos_token\": \"<s>\", \"eos_token\": \"</s>\""
              + (conversational ? ", \"chat_template\": \"" + TEMPLATE + "\"}" : "}"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return model.path();
  }

  private static final String TEMPLATE =
      "{{ bos_token }}{% for m in messages %}{% if m.role == 'user' %}{{ m.content }} answer"
          + "{% else %} {{ m.content }}{{ eos_token }}{% endif %}{% endfor %}";

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
         "vocab": {"<s>": 0, "</s>": 1, "<unk>": 2, "red": 3, "cat": 4, "answer": 5, "<pad>": 6}}}
      """;
}
