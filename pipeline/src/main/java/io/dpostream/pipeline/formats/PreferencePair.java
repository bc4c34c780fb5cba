package io.dpostream.pipeline.formats;

import io.dpostream.files.RowRefusedException;
import io.dpostream.schemas.Message;
import java.util.List;

/**
 * A prompt with a better and a worse answer, as text or as turns of a conversation. The
 * constructors refuse pairs that nothing can be learned from.
 */
public sealed interface PreferencePair {

  /**
   * This pair with the {@code tools} and {@code chat_template_kwargs} of its row.
   *
   * @throws RowRefusedException when they cannot be used, or the pair is text, which no chat
   *     template renders
   */
  PreferencePair with(String templateInputs);

  /**
   * Refuses a pair one side of which says nothing: in data of people it is a gap. A policy can end
   * at once, and a judge may see that, so what was exported from here may hold such a side.
   *
   * @throws RowRefusedException naming the side
   */
  void requireAnswers();

  /** TRL's standard format: the answers continue the prompt's text as it is. */
  record Standard(String prompt, String chosen, String rejected) implements PreferencePair {
    public Standard {
      refuseIf(prompt.isEmpty(), "prompt is empty");
      refuseIf(chosen.equals(rejected), "chosen and rejected are alike");
    }

    @Override
    public void requireAnswers() {
      refuseIf(chosen.isBlank(), "chosen is empty");
      refuseIf(rejected.isBlank(), "rejected is empty");
    }

    @Override
    public PreferencePair with(String templateInputs) {
      TemplateInputs.refuseBesideText(templateInputs);
      return this;
    }
  }

  /**
   * TRL's conversational format: the answers are the turns after the prompt's.
   *
   * @param templateInputs what the chat template reads besides the turns, as in a prompt's record
   */
  record Conversational(
      List<Message> prompt, List<Message> chosen, List<Message> rejected, String templateInputs)
      implements PreferencePair {
    public Conversational {
      prompt = List.copyOf(prompt);
      chosen = List.copyOf(chosen);
      rejected = List.copyOf(rejected);
      refuseIf(prompt.isEmpty(), "prompt is empty");
      refuseIf(chosen.isEmpty(), "chosen is empty");
      refuseIf(rejected.isEmpty(), "rejected is empty");
      refuseIf(chosen.equals(rejected), "chosen and rejected are alike");
      refuseIf(!beginsWithAnswer(chosen), "chosen does not begin with the assistant's turn");
      refuseIf(!beginsWithAnswer(rejected), "rejected does not begin with the assistant's turn");
    }

    @Override
    public PreferencePair with(String templateInputs) {
      return new Conversational(prompt, chosen, rejected, templateInputs);
    }

    public Conversational(List<Message> prompt, List<Message> chosen, List<Message> rejected) {
      this(prompt, chosen, rejected, "");
    }

    @Override
    public void requireAnswers() {
      refuseIf(saysNothing(chosen), "chosen is empty");
      refuseIf(saysNothing(rejected), "rejected is empty");
    }

    private static boolean saysNothing(List<Message> turns) {
      return TurnRecords.turns(turns).stream()
          .allMatch(turn -> turn.content().isBlank() && !turn.callsTools());
    }

    private static boolean beginsWithAnswer(List<Message> turns) {
      return turns.get(0).getRole().equals("assistant");
    }
  }

  private static void refuseIf(boolean condition, String reason) {
    if (condition) {
      throw new RowRefusedException(reason);
    }
  }
}
