package io.dpostream.pipeline.formats;

import com.fasterxml.jackson.databind.JsonNode;
import io.dpostream.files.RowRefusedException;
import io.dpostream.schemas.Message;
import java.util.List;

/** The file formats of preferences. */
public enum PreferenceFormat {
  /**
   * Detected from each row's fields: conversations is ShareGPT, Human and Assistant turns HH-RLHF.
   */
  AUTO {
    @Override
    public PreferencePair parse(JsonNode row) {
      if (row.has("conversations")) {
        return SHAREGPT.parse(row);
      }
      boolean implicit = !row.hasNonNull("prompt");
      return (implicit && isTranscript(row) ? HH : TRL).parse(row);
    }
  },

  /**
   * TRL's format: chosen and rejected as text or messages, with a separate prompt or including it.
   */
  TRL {
    @Override
    public PreferencePair parse(JsonNode row) {
      JsonNode chosen = answer(row, "chosen");
      JsonNode rejected = answer(row, "rejected");
      if (chosen.isTextual() && rejected.isTextual()) {
        return standard(row.path("prompt"), chosen.textValue(), rejected.textValue());
      }
      if (chosen.isArray() && rejected.isArray()) {
        return conversational(
            row.path("prompt"),
            Fields.messages(chosen, "chosen"),
            Fields.messages(rejected, "rejected"));
      }
      throw new RowRefusedException("chosen and rejected are not both text or both messages");
    }

    private PreferencePair standard(JsonNode prompt, String chosen, String rejected) {
      if (prompt.isMissingNode() || prompt.isNull()) {
        return CommonPrefix.split(chosen, rejected);
      }
      if (!prompt.isTextual()) {
        throw new RowRefusedException("prompt is not text, chosen and rejected are");
      }
      return new PreferencePair.Standard(prompt.textValue(), chosen, rejected);
    }

    private PreferencePair conversational(
        JsonNode prompt, List<Message> chosen, List<Message> rejected) {
      if (prompt.isArray()) {
        return new PreferencePair.Conversational(
            Fields.messages(prompt, "prompt"), chosen, rejected);
      }
      // a prompt given as text beside whole dialogues is a copy of their first turn
      return CommonPrefix.split(chosen, rejected);
    }
  },

  /**
   * ShareGPT's format: conversations, then chosen and rejected as one turn each, with from and
   * value.
   */
  SHAREGPT {
    @Override
    public PreferencePair parse(JsonNode row) {
      List<Message> prompt = ShareGpt.conversations(row);
      if (prompt.isEmpty() || !prompt.get(prompt.size() - 1).getRole().equals("user")) {
        throw new RowRefusedException("conversations does not end with a human's turn");
      }
      return new PreferencePair.Conversational(
          prompt,
          List.of(ShareGpt.turn(answer(row, "chosen"), "chosen")),
          List.of(ShareGpt.turn(answer(row, "rejected"), "rejected")));
    }
  },

  /**
   * HH-RLHF's format: chosen and rejected are transcripts. The prompt ends with the last {@code
   * Assistant:}, and the answer is what follows, including its leading space.
   */
  HH {
    @Override
    public PreferencePair parse(JsonNode row) {
      String chosen = Fields.text(row, "chosen");
      String rejected = Fields.text(row, "rejected");
      int end = answerStart(chosen);
      if (end != answerStart(rejected) || !chosen.regionMatches(0, rejected, 0, end)) {
        throw new RowRefusedException("the dialogues differ before their last Assistant: turn");
      }
      return new PreferencePair.Standard(
          chosen.substring(0, end), chosen.substring(end), rejected.substring(end));
    }

    private int answerStart(String transcript) {
      int turn = transcript.lastIndexOf(ASSISTANT);
      if (turn < 0) {
        throw new RowRefusedException("there is no Assistant: turn");
      }
      return turn + ASSISTANT.length();
    }
  };

  private static final String HUMAN = "\n\nHuman:";
  private static final String ASSISTANT = "\n\nAssistant:";

  /**
   * Reads the preference in a row.
   *
   * @throws RowRefusedException when there is none
   */
  public abstract PreferencePair parse(JsonNode row);

  private static JsonNode answer(JsonNode row, String name) {
    if (!row.hasNonNull(name)) {
      throw new RowRefusedException(name + " is missing; " + Columns.insteadOfAPreference(row));
    }
    return row.get(name);
  }

  private static boolean isTranscript(JsonNode row) {
    return row.path("chosen").asText().startsWith(HUMAN)
        && row.path("rejected").asText().startsWith(HUMAN);
  }
}
