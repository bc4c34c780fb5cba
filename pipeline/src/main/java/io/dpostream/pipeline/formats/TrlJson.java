package io.dpostream.pipeline.formats;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.Message;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.Prompt;
import java.util.List;
import java.util.Locale;

/**
 * Writes records as rows that TRL and the readers of this package accept: standard where the prompt
 * is text, conversational where it is messages. {@code toString()} of a row is its line.
 */
public final class TrlJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private TrlJson() {}

  /** Writes {@code prompt} with {@code prompt_id}, {@code reference_answer} and {@code tags}. */
  public static ObjectNode prompt(Prompt prompt) {
    ObjectNode row = JSON.objectNode().put("prompt_id", prompt.getId());
    putPrompt(row, prompt);
    prompt.getReferenceAnswer().ifPresent(answer -> row.put("reference_answer", answer));
    if (!prompt.getTags().isEmpty()) {
      prompt.getTags().forEach(row.putArray("tags")::add);
    }
    return row;
  }

  /** Writes {@code prompt, chosen, rejected} with {@code pair_id}, {@code prompt_id} and margin. */
  public static ObjectNode preference(Preference preference) {
    ObjectNode row =
        JSON.objectNode()
            .put("pair_id", preference.getPairId())
            .put("prompt_id", preference.getPrompt().getId());
    putPrompt(row, preference.getPrompt());
    boolean conversational = preference.getPrompt().getText().isEmpty();
    putAnswer(row, "chosen", preference.getChosen(), conversational);
    putAnswer(row, "rejected", preference.getRejected(), conversational);
    preference.getRewardMargin().ifPresent(margin -> row.put("margin", margin));
    return row;
  }

  /** Writes a judgment as {@link JudgmentRow} reads it. */
  public static ObjectNode judgment(Judgment judgment) {
    ObjectNode row =
        JSON.objectNode()
            .put("pair_id", judgment.getPairId())
            .put("content_hash", judgment.getContentHash())
            .put("judge_id", judgment.getJudgeId())
            .put("judge_kind", lower(judgment.getJudgeKind()))
            .put("judge_version", judgment.getJudgeVersion())
            .put("attempt", judgment.getAttempt())
            .put("verdict", lower(judgment.getVerdict()))
            .put("confidence", judgment.getConfidence());
    if (judgment.getStandsFor() != 1) {
      row.put("stands_for", judgment.getStandsFor());
    }
    judgment.getAnnotatorId().ifPresent(annotator -> row.put("annotator_id", annotator));
    judgment.getSupersedes().ifPresent(earlier -> row.put("supersedes", earlier));
    judgment.getScoreMargin().ifPresent(margin -> row.put("score_margin", margin));
    judgment.getRationale().ifPresent(rationale -> row.put("rationale", rationale));
    return row;
  }

  private static void putPrompt(ObjectNode row, Prompt prompt) {
    if (prompt.getText().isPresent()) {
      row.put("prompt", prompt.getText().get());
    } else {
      row.set("prompt", messages(prompt.getMessages()));
    }
    if (!prompt.getTemplateInputs().isEmpty()) {
      row.setAll(TurnRecords.object(prompt.getTemplateInputs()));
    }
  }

  private static void putAnswer(
      ObjectNode row, String field, Completion answer, boolean conversational) {
    if (conversational) {
      row.set(field, messages(TurnRecords.answer(answer)));
    } else {
      row.put(field, answer.getText());
    }
  }

  private static ArrayNode messages(List<Message> messages) {
    ArrayNode array = JSON.arrayNode();
    for (Message message : messages) {
      if (message.getFields().isEmpty()) {
        array.addObject().put("role", message.getRole()).put("content", message.getContent());
      } else {
        array.add(TurnRecords.object(message.getFields()));
      }
    }
    return array;
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
