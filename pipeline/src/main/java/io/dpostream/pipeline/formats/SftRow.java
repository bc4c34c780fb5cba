package io.dpostream.pipeline.formats;

import com.fasterxml.jackson.databind.JsonNode;
import io.dpostream.files.RowRefusedException;
import io.dpostream.schemas.Message;
import java.util.ArrayList;
import java.util.List;

/** What supervised fine-tuning learns from: a prompt and the completion to learn. */
sealed interface SftRow {

  /**
   * This row with the {@code tools} and {@code chat_template_kwargs} beside it.
   *
   * @throws RowRefusedException when it is text, which no chat template renders, and there are some
   */
  SftRow with(String templateInputs);

  /** The completion continues the prompt's text as it is. */
  record Text(String prompt, String completion) implements SftRow {
    public Text {
      refuseIf(prompt.isEmpty(), "prompt is empty");
      refuseIf(completion.isBlank(), "completion is empty");
    }

    @Override
    public SftRow with(String templateInputs) {
      TemplateInputs.refuseBesideText(templateInputs);
      return this;
    }
  }

  /**
   * The completion is the turns after the prompt's.
   *
   * @param templateInputs what the chat template reads besides the turns, as in a prompt's record
   */
  record Turns(List<Message> prompt, List<Message> completion, String templateInputs)
      implements SftRow {
    public Turns {
      prompt = List.copyOf(prompt);
      completion = List.copyOf(completion);
      refuseIf(prompt.isEmpty(), "prompt is empty");
      refuseIf(
          TurnRecords.turns(completion).stream()
              .allMatch(turn -> turn.content().isBlank() && !turn.callsTools()),
          "completion is empty");
    }

    Turns(List<Message> prompt, List<Message> completion) {
      this(prompt, completion, "");
    }

    @Override
    public SftRow with(String templateInputs) {
      return new Turns(prompt, completion, templateInputs);
    }
  }

  /**
   * Reads {@code prompt} and {@code completion}, a dialogue in {@code messages} or {@code
   * conversations}, or the chosen side of a preference. A dialogue holds something to learn
   * wherever the assistant answers.
   *
   * @throws RowRefusedException when there is nothing to learn in a row
   */
  static List<SftRow> parse(JsonNode row) {
    String templateInputs = TemplateInputs.of(row);
    return unrendered(row).stream().map(one -> one.with(templateInputs)).toList();
  }

  private static List<SftRow> unrendered(JsonNode row) {
    if (row.hasNonNull("completion")) {
      return List.of(answered(row, "completion"));
    }
    if (row.hasNonNull("messages")) {
      return answers(Fields.messages(row.get("messages"), "messages"), "messages");
    }
    if (row.hasNonNull("conversations") && !row.hasNonNull("chosen")) {
      return answers(ShareGpt.conversations(row), "conversations");
    }
    if (row.hasNonNull("chosen")) {
      return List.of(hasPromptOfItsKind(row) ? answered(row, "chosen") : chosen(row));
    }
    throw new RowRefusedException(
        "needs prompt and completion, messages, or a preference with chosen and rejected; there is "
            + Columns.names(row));
  }

  /** Whether the prompt stands apart; beside dialogues a text is a copy of what they hold. */
  private static boolean hasPromptOfItsKind(JsonNode row) {
    JsonNode prompt = row.path("prompt");
    JsonNode chosen = row.path("chosen");
    return prompt.isTextual() && chosen.isTextual() || prompt.isArray() && chosen.isArray();
  }

  private static SftRow answered(JsonNode row, String field) {
    JsonNode prompt = row.path("prompt");
    JsonNode completion = row.path(field);
    if (prompt.isTextual() && completion.isTextual()) {
      return new Text(prompt.textValue(), completion.textValue());
    }
    if (prompt.isArray() && completion.isArray()) {
      return new Turns(Fields.messages(prompt, "prompt"), Fields.messages(completion, field));
    }
    throw new RowRefusedException(
        prompt.isMissingNode() || prompt.isNull()
            ? "prompt is missing"
            : "prompt and " + field + " are not both text or both messages");
  }

  private static SftRow chosen(JsonNode row) {
    PreferencePair pair = PreferenceFormat.AUTO.parse(row);
    pair.requireAnswers();
    if (pair instanceof PreferencePair.Standard standard) {
      return new Text(standard.prompt(), standard.chosen());
    }
    PreferencePair.Conversational dialogue = (PreferencePair.Conversational) pair;
    return new Turns(dialogue.prompt(), dialogue.chosen());
  }

  /** Finds each of the assistant's answers, with all that was said before it. */
  private static List<SftRow> answers(List<Message> dialogue, String field) {
    List<SftRow> answers = new ArrayList<>();
    int end = 0;
    while (end < dialogue.size()) {
      int start = end;
      while (start < dialogue.size() && !isAnswer(dialogue.get(start))) {
        start++;
      }
      end = start;
      while (end < dialogue.size() && isAnswer(dialogue.get(end))) {
        end++;
      }
      if (start > 0 && end > start) {
        answers.add(new Turns(dialogue.subList(0, start), dialogue.subList(start, end)));
      }
    }
    refuseIf(answers.isEmpty(), field + " has no answer of the assistant to anything");
    return answers;
  }

  private static boolean isAnswer(Message turn) {
    return turn.getRole().equals("assistant");
  }

  private static void refuseIf(boolean condition, String reason) {
    if (condition) {
      throw new RowRefusedException(reason);
    }
  }
}
