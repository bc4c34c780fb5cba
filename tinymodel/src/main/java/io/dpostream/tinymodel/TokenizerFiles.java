package io.dpostream.tinymodel;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A byte-level tokenizer as Hugging Face files: {@code tokenizer.json}, {@code
 * tokenizer_config.json} and a chat template that marks each turn with its role and ends it with
 * the end token. Ids: the special tokens, the 256 bytes, the merges.
 */
record TokenizerFiles(List<BytePairs.Merge> merges) {
  static final String PAD = "<|pad|>";
  static final String BEGIN = "<|begin|>";
  static final String END = "<|end|>";
  private static final List<String> SPECIAL =
      List.of(PAD, BEGIN, END, "<|system|>", "<|user|>", "<|assistant|>");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CHAT_TEMPLATE =
      """
      {{- bos_token }}
      {%- for message in messages %}
          {{- '<|' + message.role + '|>' + message.content + eos_token }}
      {%- endfor %}
      {%- if add_generation_prompt %}
          {{- '<|assistant|>' }}
      {%- endif %}
      """;

  static int id(String specialToken) {
    return SPECIAL.indexOf(specialToken);
  }

  /** Every token, at the index that is its id. */
  List<String> vocabulary() {
    Set<String> tokens = new LinkedHashSet<>(SPECIAL);
    tokens.addAll(ByteLetters.all());
    merges.forEach(merge -> tokens.add(merge.joined()));
    return new ArrayList<>(tokens);
  }

  void write(Path folder, int maxLength) throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), pretty(tokenizer()));
    Files.writeString(folder.resolve("tokenizer_config.json"), pretty(config(maxLength)));
    Files.writeString(folder.resolve("chat_template.jinja"), CHAT_TEMPLATE);
  }

  private ObjectNode tokenizer() {
    ObjectNode json = JSON.createObjectNode().put("version", "1.0");
    json.putNull("truncation");
    json.putNull("padding");
    ArrayNode added = json.putArray("added_tokens");
    for (String token : SPECIAL) {
      added
          .addObject()
          .put("id", id(token))
          .put("content", token)
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", true);
    }
    json.putNull("normalizer");
    json.set("pre_tokenizer", byteLevel(false));
    json.set("post_processor", beginFirst());
    json.set("decoder", byteLevel(true));
    json.set("model", model());
    return json;
  }

  private static ObjectNode byteLevel(boolean prefixSpace) {
    return JSON.createObjectNode()
        .put("type", "ByteLevel")
        .put("add_prefix_space", prefixSpace)
        .put("trim_offsets", true)
        .put("use_regex", true);
  }

  /** Makes plain texts start with the beginning-of-sequence token. */
  private static ObjectNode beginFirst() {
    ObjectNode processor = JSON.createObjectNode().put("type", "TemplateProcessing");
    ArrayNode single = processor.putArray("single");
    special(single, 0);
    sequence(single, "A", 0);
    ArrayNode pair = processor.putArray("pair");
    special(pair, 0);
    sequence(pair, "A", 0);
    special(pair, 1);
    sequence(pair, "B", 1);
    ObjectNode begin = processor.putObject("special_tokens").putObject(BEGIN).put("id", BEGIN);
    begin.putArray("ids").add(id(BEGIN));
    begin.putArray("tokens").add(BEGIN);
    return processor;
  }

  private static void special(ArrayNode pieces, int type) {
    pieces.addObject().putObject("SpecialToken").put("id", BEGIN).put("type_id", type);
  }

  private static void sequence(ArrayNode pieces, String name, int type) {
    pieces.addObject().putObject("Sequence").put("id", name).put("type_id", type);
  }

  private ObjectNode model() {
    ObjectNode model = JSON.createObjectNode().put("type", "BPE");
    model.putNull("dropout");
    model.putNull("unk_token");
    model.putNull("continuing_subword_prefix");
    model.putNull("end_of_word_suffix");
    model.put("fuse_unk", false).put("byte_fallback", false);
    ObjectNode vocab = model.putObject("vocab");
    List<String> vocabulary = vocabulary();
    for (int id = 0; id < vocabulary.size(); id++) {
      vocab.put(vocabulary.get(id), id);
    }
    ArrayNode pairs = model.putArray("merges");
    merges.forEach(merge -> pairs.add(merge.left() + " " + merge.right()));
    return model;
  }

  private static ObjectNode config(int maxLength) {
    return JSON.createObjectNode()
        .put("tokenizer_class", "PreTrainedTokenizerFast")
        .put("bos_token", BEGIN)
        .put("eos_token", END)
        .put("pad_token", PAD)
        .put("model_max_length", maxLength)
        .put("clean_up_tokenization_spaces", false);
  }

  private static String pretty(ObjectNode json) {
    return json.toPrettyString() + "\n";
  }
}
