package io.dpostream.benchmarks.peers;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dpostream.policy.checkpoint.SafetensorsWriter;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.CheckpointWriter;
import io.dpostream.policy.model.LanguageModel;
import io.dpostream.policy.model.TrainableModel;
import io.dpostream.policy.text.PromptEncoder;
import io.dpostream.policy.text.Tokenizer;
import io.dpostream.policy.torch.EngineOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes a model with this project's writer, and beside it {@code logits.json}: some texts, their
 * ids, and the logits after each token.
 */
public final class WrittenCheckpoint {
  private static final EngineOptions CPU = new EngineOptions("cpu", "float32", 1);
  private static final List<String> TEXTS =
      List.of(
          "Once upon a time, there was a little girl named Lily.",
          "What is the capital of France? Paris.",
          "12 + 30 = 42, says \"Tom\".");

  private WrittenCheckpoint() {}

  /** Takes two arguments: the model's folder, and a new folder to write. */
  public static void main(String[] args) throws IOException {
    Path out = Path.of(args[1]);
    CheckpointFolder source = CheckpointFolder.open(Path.of(args[0]));
    try (TrainableModel model = TrainableModel.load(source, CPU)) {
      new CheckpointWriter(source)
          .write(out, file -> SafetensorsWriter.write(file, model.parameters().export()));
    }
    CheckpointFolder written = CheckpointFolder.open(out);
    try (LanguageModel model = LanguageModel.load(written, CPU);
        Tokenizer tokenizer = written.tokenizer()) {
      Files.writeString(out.resolve("logits.json"), logits(model, tokenizer));
    }
  }

  private static String logits(LanguageModel model, Tokenizer tokenizer) throws IOException {
    ObjectMapper json = new ObjectMapper();
    ArrayNode rows = json.createArrayNode();
    PromptEncoder encoder = new PromptEncoder(tokenizer);
    for (String text : TEXTS) {
      int[] ids = encoder.encodeText(text);
      ObjectNode row = rows.addObject().put("text", text);
      row.set("ids", json.valueToTree(ids));
      row.set("logits", json.valueToTree(model.logits(ids)));
    }
    return json.writeValueAsString(rows);
  }
}
