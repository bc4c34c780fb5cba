package io.dpostream.pipeline.formats;

import io.dpostream.files.RowRefusedException;
import io.dpostream.pipeline.formats.PreferencePair.Conversational;
import io.dpostream.pipeline.formats.PreferencePair.Standard;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.text.ChatMessage;
import io.dpostream.policy.text.ChatTemplate;
import io.dpostream.policy.text.ChatTemplateException;
import io.dpostream.policy.text.PromptEncoder;
import io.dpostream.policy.text.Tokenizer;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.ContentHash;
import io.dpostream.schemas.FinishReason;
import io.dpostream.schemas.Message;
import io.dpostream.schemas.PairId;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.Prompt;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Turns rows into preference records for a model. Prompt and answer are tokenized apart, so that no
 * token reaches across their boundary, and an answer ends with one end-of-sequence token, as a
 * sampled one does. The answers of a conversation are what the chat template writes after the
 * prompt. Safe for use by several threads.
 */
public final class PreferenceEncoder {
  private static final long IMPORTED = -1;

  private final Tokenizer tokenizer;
  private final PromptEncoder prompts;
  private final Set<Integer> endIds;
  private final Optional<Integer> endId;

  /**
   * @param tokenizer of the folder; stays the caller's
   */
  public PreferenceEncoder(CheckpointFolder folder, Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
    this.prompts = new PromptEncoder(tokenizer);
    Set<Integer> ends = new LinkedHashSet<>();
    tokenizer.specialToken("eos_token").flatMap(this::id).ifPresent(ends::add);
    ends.addAll(folder.config().eosTokenIds());
    ends.addAll(folder.generationDefaults().eosTokenIds());
    this.endId = ends.stream().findFirst();
    this.endIds = Set.copyOf(ends);
  }

  /**
   * Makes the record of a row.
   *
   * @param runId the run that the preferences are imported for
   * @param source names the file
   * @throws RowRefusedException when the chat template refuses the conversation, or the model has
   *     none
   */
  public Preference encode(PreferenceRow row, String runId, String source, Instant now) {
    PreferencePair pair = row.pair();
    int[] promptIds = promptIds(pair);
    Completion chosen = completion(pair, true);
    Completion rejected = completion(pair, false);
    List<Integer> promptTokens = Arrays.stream(promptIds).boxed().toList();
    Preference.Builder preference =
        Preference.newBuilder()
            .setPairId(row.pairId().orElse(PairId.of(source, 0, row.line(), IMPORTED, 0)))
            .setRunId(runId)
            .setPrompt(prompt(row, source + ":" + row.line()))
            .setPromptTokenIds(promptTokens)
            .setChosen(chosen)
            .setRejected(rejected)
            .setPolicyVersion(IMPORTED)
            .setContentHash(ContentHash.of(promptTokens, chosen, rejected))
            .setDecidedAt(now);
    row.margin().ifPresent(preference::setRewardMargin);
    return preference.build();
  }

  private static Prompt prompt(PreferenceRow row, String source) {
    Prompt.Builder prompt =
        Prompt.newBuilder().setId(row.promptId().orElse(source)).setSource(source);
    if (row.pair() instanceof Standard standard) {
      return prompt.setText(standard.prompt()).build();
    }
    return prompt.setMessages(((Conversational) row.pair()).prompt()).build();
  }

  private int[] promptIds(PreferencePair pair) {
    if (pair instanceof Standard standard) {
      return prompts.encodeText(standard.prompt());
    }
    return orRefuse(() -> prompts.encodeMessages(turns(((Conversational) pair).prompt())));
  }

  private Completion completion(PreferencePair pair, boolean chosen) {
    if (pair instanceof Standard standard) {
      String text = chosen ? standard.chosen() : standard.rejected();
      return completion(text, text);
    }
    Conversational dialogue = (Conversational) pair;
    List<Message> answer = chosen ? dialogue.chosen() : dialogue.rejected();
    String rendered = orRefuse(() -> afterPrompt(dialogue.prompt(), answer));
    return completion(answer.size() == 1 ? answer.get(0).getContent() : rendered, rendered);
  }

  private Completion completion(String text, String rendered) {
    List<Integer> ids = new ArrayList<>();
    for (int id : tokenizer.encode(rendered, false)) {
      ids.add(id);
      if (endIds.contains(id)) {
        break; // templates write a line break after it, which no sampled answer has
      }
    }
    boolean ended = !ids.isEmpty() && endIds.contains(ids.get(ids.size() - 1));
    if (!ended) {
      endId.ifPresent(ids::add);
    }
    return Completion.newBuilder()
        .setText(text)
        .setTokenIds(ids)
        .setFinishReason(endId.isPresent() ? FinishReason.STOP : FinishReason.LENGTH)
        .build();
  }

  private String afterPrompt(List<Message> prompt, List<Message> answer) {
    ChatTemplate template =
        tokenizer
            .chatTemplate()
            .orElseThrow(() -> new RowRefusedException("the model has no chat template"));
    String before = template.render(turns(prompt), true);
    String whole =
        template.render(turns(Stream.concat(prompt.stream(), answer.stream()).toList()), false);
    if (!whole.startsWith(before)) {
      throw new RowRefusedException("the chat template does not write the answer after the prompt");
    }
    return whole.substring(before.length());
  }

  private Optional<Integer> id(String token) {
    int[] ids = tokenizer.encode(token, false);
    return ids.length == 1 ? Optional.of(ids[0]) : Optional.empty();
  }

  private static List<ChatMessage> turns(List<Message> messages) {
    return messages.stream().map(m -> new ChatMessage(m.getRole(), m.getContent())).toList();
  }

  private static <T> T orRefuse(Supplier<T> rendering) {
    try {
      return rendering.get();
    } catch (ChatTemplateException e) {
      throw new RowRefusedException(String.valueOf(e.getMessage()));
    }
  }
}
