package io.dpostream.benchmarks.peers;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.RewardModel;
import io.dpostream.policy.text.AnswerEncoder;
import io.dpostream.policy.text.ChatMessage;
import io.dpostream.policy.text.Conversation;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.policy.text.Tokenizer;
import io.dpostream.policy.torch.EngineOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Writes a reward model's scores of some questions with answers, beside the texts and their ids.
 */
public final class ScoredTexts {
  private static final List<List<String>> EXCHANGES =
      List.of(
          List.of("How much is 7 minus 3?", "4."),
          List.of("How much is 7 minus 3?", "That is 14, if you ask me."),
          List.of("Which city is the capital of Norway?", "Oslo."),
          List.of("Name all numbers from 5 to 7.", "Well, I would say 5, 6, 7, 8."),
          List.of("Say \"Grüße\".", "Grüße, 世界!"));

  private ScoredTexts() {}

  /** Takes two arguments: the reward model's folder, and the file to write. */
  public static void main(String[] args) throws IOException {
    CheckpointFolder folder = CheckpointFolder.open(Path.of(args[0]));
    ObjectMapper json = new ObjectMapper();
    ArrayNode rows = json.createArrayNode();
    try (RewardModel model = RewardModel.load(folder, EngineOptions.cpu());
        Tokenizer tokenizer = folder.tokenizer()) {
      AnswerEncoder encoder = new AnswerEncoder(tokenizer);
      boolean chat = tokenizer.chatTemplate().isPresent();
      for (List<String> exchange : EXCHANGES) {
        int[] ids = ids(encoder, chat, exchange.get(0), exchange.get(1));
        ObjectNode row = rows.addObject();
        row.put("question", exchange.get(0)).put("answer", exchange.get(1));
        row.set("ids", json.valueToTree(ids));
        row.put("score", model.scores(List.of(ids))[0]);
      }
    }
    Files.writeString(Path.of(args[1]), json.writeValueAsString(rows));
  }

  private static int[] ids(AnswerEncoder encoder, boolean chat, String question, String answer) {
    TokenSequence sequence =
        chat
            ? encoder.encodeMessages(
                new Conversation(List.of(new ChatMessage("user", question))),
                List.of(new ChatMessage("assistant", answer)))
            : encoder.encodeText(question, answer);
    return IntStream.concat(IntStream.of(sequence.prompt()), IntStream.of(sequence.completion()))
        .toArray();
  }
}
