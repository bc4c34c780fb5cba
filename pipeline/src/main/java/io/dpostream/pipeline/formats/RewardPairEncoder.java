package io.dpostream.pipeline.formats;

import io.dpostream.files.RowRefusedException;
import io.dpostream.pipeline.formats.PreferencePair.Conversational;
import io.dpostream.pipeline.formats.PreferencePair.Standard;
import io.dpostream.policy.text.AnswerEncoder;
import io.dpostream.policy.text.ChatTemplateException;
import io.dpostream.policy.text.Conversation;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.Message;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.Prompt;
import io.dpostream.trainer.reward.RewardPair;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Encodes preferences in the tokens of a reward model. It reads the texts, so any model may have
 * written them. Safe for use by several threads.
 */
public final class RewardPairEncoder {
  private final AnswerEncoder encoder;

  public RewardPairEncoder(AnswerEncoder encoder) {
    this.encoder = encoder;
  }

  /**
   * Encodes the pair in a file's row.
   *
   * @throws RowRefusedException when a side has no tokens, or the chat template refuses it
   */
  public RewardPair encode(PreferenceRow row) {
    double margin = row.margin().orElse(0.0);
    if (row.pair() instanceof Standard pair) {
      return texts(pair.prompt(), pair.chosen(), pair.rejected(), margin);
    }
    Conversational pair = (Conversational) row.pair();
    return turns(
        TurnRecords.conversation(pair.prompt(), pair.templateInputs()),
        pair.chosen(),
        pair.rejected(),
        margin);
  }

  /**
   * Encodes the pair in a record; a completion may be empty, as a judge may see one. The record's
   * margin is another model's score, and is ignored.
   *
   * @throws RowRefusedException as for a row
   */
  public RewardPair encode(Preference preference) {
    Prompt prompt = preference.getPrompt();
    Completion chosen = preference.getChosen();
    Completion rejected = preference.getRejected();
    if (prompt.getText().isPresent()) {
      return texts(prompt.getText().get(), chosen.getText(), rejected.getText(), 0);
    }
    return turns(
        TurnRecords.conversation(prompt.getMessages(), prompt.getTemplateInputs()),
        TurnRecords.answer(chosen),
        TurnRecords.answer(rejected),
        0);
  }

  private RewardPair texts(String prompt, String chosen, String rejected, double margin) {
    return orRefuse(
        () ->
            new RewardPair(
                prompt,
                whole(encoder.encodeText(prompt, chosen)),
                whole(encoder.encodeText(prompt, rejected)),
                margin));
  }

  private RewardPair turns(
      Conversation prompt, List<Message> chosen, List<Message> rejected, double margin) {
    return orRefuse(
        () ->
            new RewardPair(
                prompt.toString(),
                whole(encoder.encodeMessages(prompt, TurnRecords.turns(chosen))),
                whole(encoder.encodeMessages(prompt, TurnRecords.turns(rejected))),
                margin));
  }

  private static RewardPair orRefuse(Supplier<RewardPair> encoding) {
    try {
      RewardPair pair = encoding.get();
      if (Arrays.equals(pair.chosen(), pair.rejected())) {
        throw new RowRefusedException("chosen and rejected have the same token ids");
      }
      return pair;
    } catch (IllegalArgumentException | ChatTemplateException e) {
      throw new RowRefusedException(String.valueOf(e.getMessage()));
    }
  }

  private static int[] whole(TokenSequence sequence) {
    return IntStream.concat(IntStream.of(sequence.prompt()), IntStream.of(sequence.completion()))
        .toArray();
  }
}
