package io.dpostream.pipeline.formats;

import io.dpostream.files.RowPlace;
import io.dpostream.files.RowRefusedException;
import io.dpostream.pipeline.formats.PreferencePair.Conversational;
import io.dpostream.pipeline.formats.PreferencePair.Standard;
import io.dpostream.policy.text.AnswerEncoder;
import io.dpostream.policy.text.ChatTemplateException;
import io.dpostream.policy.text.EncodedAnswers;
import io.dpostream.policy.text.Tokenizer;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.ContentHash;
import io.dpostream.schemas.FinishReason;
import io.dpostream.schemas.Message;
import io.dpostream.schemas.PairId;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.Prompt;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * TurnRecords rows into preference records for a model, with the token ids that {@link
 * AnswerEncoder} gives. Safe for use by several threads.
 */
public final class PreferenceEncoder {
  private static final long IMPORTED = -1;

  private final Tokenizer tokenizer;
  private final AnswerEncoder encoder;

  /**
   * @param tokenizer of the model; stays the caller's
   */
  public PreferenceEncoder(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
    this.encoder = new AnswerEncoder(tokenizer);
  }

  /**
   * Makes the record of a row.
   *
   * @param runId the run that the preferences are imported for
   * @param source names the file
   * @throws RowRefusedException when the chat template refuses the conversation or the model has
   *     none, when an answer has no tokens, or when both have the same
   */
  public EncodedPreference encode(PreferenceRow row, String runId, String source, Instant now) {
    EncodedAnswers ids = ids(row.pair());
    if (Arrays.equals(ids.completions().get(0), ids.completions().get(1))) {
      throw new RowRefusedException("chosen and rejected have the same token ids");
    }
    Completion chosen = completion(row.pair(), ids, true);
    Completion rejected = completion(row.pair(), ids, false);
    List<Integer> promptTokens = boxed(ids.prompt());
    Preference.Builder preference =
        Preference.newBuilder()
            .setPairId(row.pairId().orElse(pairId(row.place(), source)))
            .setRunId(runId)
            .setPrompt(prompt(row, source + ":" + row.place()))
            .setPromptTokenIds(promptTokens)
            .setChosen(chosen)
            .setRejected(rejected)
            .setPolicyVersion(IMPORTED)
            .setContentHash(ContentHash.of(promptTokens, chosen, rejected))
            .setDecidedAt(now);
    row.margin().ifPresent(preference::setRewardMargin);
    return new EncodedPreference(preference.build(), ids.leftOut() > 0);
  }

  private static String pairId(RowPlace place, String source) {
    return PairId.of(source, 0, place.number(), IMPORTED, place.before());
  }

  private EncodedAnswers ids(PreferencePair pair) {
    try {
      if (pair instanceof Standard text) {
        return encoder.encodeTexts(text.prompt(), List.of(text.chosen(), text.rejected()));
      }
      Conversational dialogue = (Conversational) pair;
      return encoder.encodeTurns(
          TurnRecords.conversation(dialogue.prompt(), dialogue.templateInputs()),
          List.of(TurnRecords.turns(dialogue.chosen()), TurnRecords.turns(dialogue.rejected())));
    } catch (ChatTemplateException | IllegalArgumentException e) {
      throw new RowRefusedException(String.valueOf(e.getMessage()));
    }
  }

  private static Prompt prompt(PreferenceRow row, String source) {
    Prompt.Builder prompt =
        Prompt.newBuilder().setId(row.promptId().orElse(source)).setSource(source);
    if (row.pair() instanceof Standard standard) {
      return prompt.setText(standard.prompt()).build();
    }
    Conversational dialogue = (Conversational) row.pair();
    return prompt
        .setMessages(dialogue.prompt())
        .setTemplateInputs(dialogue.templateInputs())
        .build();
  }

  private Completion completion(PreferencePair pair, EncodedAnswers ids, boolean chosen) {
    int[] completion = ids.completions().get(chosen ? 0 : 1);
    Completion.Builder built =
        Completion.newBuilder().setTokenIds(boxed(completion)).setFinishReason(FinishReason.STOP);
    if (pair instanceof Standard text) {
      return built.setText(chosen ? text.chosen() : text.rejected()).build();
    }
    Conversational dialogue = (Conversational) pair;
    List<Message> answer = chosen ? dialogue.chosen() : dialogue.rejected();
    return TurnRecords.isText(answer)
        ? built.setText(answer.get(0).getContent()).build()
        : built
            .setText(tokenizer.decodeAfter(ids.prompt(), completion))
            .setMessages(answer)
            .build();
  }

  private static List<Integer> boxed(int[] ids) {
    return Arrays.stream(ids).boxed().toList();
  }
}
