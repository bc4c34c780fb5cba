package io.dpostream.sampler.versions;

import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.Generation;
import io.dpostream.policy.model.ModelConfig;
import io.dpostream.policy.model.TextStop;
import io.dpostream.policy.text.ChatJson;
import io.dpostream.policy.text.ChatMessage;
import io.dpostream.policy.text.ChatTemplateException;
import io.dpostream.policy.text.Conversation;
import io.dpostream.policy.text.PromptEncoder;
import io.dpostream.policy.text.Tokenizer;
import io.dpostream.sampler.SamplerConfig;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.FinishReason;
import io.dpostream.schemas.Prompt;
import io.dpostream.settings.UserException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Turns prompts into a model's token ids, and what it generates into completions. Whatever computes
 * the tokens, they are encoded and decoded here. Used by one thread at a time.
 */
public final class PromptCodec implements AutoCloseable {
  private final ModelConfig config;
  private final Tokenizer tokenizer;
  private final PromptEncoder encoder;
  private final Set<Integer> eosTokenIds;
  private final SpecialTokens specialTokens;

  private PromptCodec(
      ModelConfig config,
      Tokenizer tokenizer,
      Set<Integer> eosTokenIds,
      SpecialTokens specialTokens) {
    this.config = config;
    this.tokenizer = tokenizer;
    this.encoder = new PromptEncoder(tokenizer);
    this.eosTokenIds = eosTokenIds;
    this.specialTokens = specialTokens;
  }

  /**
   * Opens the tokenizer, chat template and generation defaults of a folder.
   *
   * @throws UserException when the model does not have one of the configured stop tokens
   */
  public static PromptCodec open(CheckpointFolder folder, SamplerConfig config) {
    Tokenizer tokenizer = folder.tokenizer();
    try {
      Set<Integer> ends = new HashSet<>(folder.generationDefaults(tokenizer).eosTokenIds());
      for (int id : config.decoding().stopTokenIds()) {
        if (id >= folder.config().vocabSize()) {
          throw new UserException(
              "sampler.stop_token_ids: %d is outside the model's vocabulary of %d; take it out"
                  .formatted(id, folder.config().vocabSize()));
        }
        ends.add(id);
      }
      return new PromptCodec(
          folder.config(), tokenizer, Set.copyOf(ends), config.specialTokensInPrompts());
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  /** The shape of the folder's model. */
  public ModelConfig config() {
    return config;
  }

  /** The tokens that end a completion. */
  public Set<Integer> eosTokenIds() {
    return eosTokenIds;
  }

  /**
   * Encodes a prompt as token ids.
   *
   * @throws UnusablePromptException when the model cannot take such a prompt
   */
  public int[] encode(Prompt prompt) {
    int[] ids = encoded(prompt);
    for (int id : ids) {
      if (id >= config.vocabSize()) {
        throw new UnusablePromptException(
            "token id %d is outside the model's vocabulary of %d"
                .formatted(id, config.vocabSize()));
      }
    }
    return ids;
  }

  /** What ends a completion when its text has one of some texts; empty if there are none. */
  public Optional<TextStop> textStop(List<String> texts) {
    return texts.isEmpty() ? Optional.empty() : Optional.of(new StopTexts(tokenizer, texts));
  }

  /** The completion that a generation is after a prompt. */
  public Completion completion(int[] prompt, Generation generation) {
    return Completion.newBuilder()
        .setText(tokenizer.decodeAfter(prompt, generation.tokenIds()))
        .setTokenIds(Arrays.stream(generation.tokenIds()).boxed().toList())
        .setLogprobs(boxed(generation.logprobs()))
        .setSamplingLogprobs(boxed(generation.samplingLogprobs()))
        .setFinishReason(generation.stopped() ? FinishReason.STOP : FinishReason.LENGTH)
        .build();
  }

  @Override
  public void close() {
    tokenizer.close();
  }

  private int[] encoded(Prompt prompt) {
    try {
      if (prompt.getText().isPresent()) {
        String text = prompt.getText().get();
        check(encoder.withoutBos(text));
        return encoder.encodeText(text);
      }
      Conversation conversation = conversation(prompt);
      check(conversation);
      return encoder.encodeMessages(conversation);
    } catch (ChatTemplateException | IllegalArgumentException e) {
      throw new UnusablePromptException(String.valueOf(e.getMessage()));
    }
  }

  /** Everything that a template can write. */
  private void check(Conversation conversation) {
    for (ChatMessage message : conversation.messages()) {
      check(message.role());
      check(message.content());
      checkEach(message.fields());
    }
    checkEach(conversation.variables());
  }

  private void checkEach(@Nullable Object value) {
    if (value instanceof String text) {
      check(text);
    } else if (value instanceof Map<?, ?> fields) {
      fields.keySet().forEach(this::checkEach);
      fields.values().forEach(this::checkEach);
    } else if (value instanceof Collection<?> items) {
      items.forEach(this::checkEach);
    }
  }

  /** Whoever wrote a prompt could end their turn with such a token and speak as somebody else. */
  private void check(String text) {
    if (specialTokens == SpecialTokens.REFUSE) {
      tokenizer
          .specialTokenIn(text)
          .ifPresent(
              token -> {
                throw new UnusablePromptException(
                    "its text has the model's special token %s; take it out, or set"
                            .formatted(token)
                        + " sampler.special_tokens_in_prompts to allow");
              });
    }
  }

  private static Conversation conversation(Prompt prompt) {
    return new Conversation(
        prompt.getMessages().stream()
            .map(m -> ChatJson.message(m.getRole(), m.getContent(), m.getFields()))
            .toList(),
        ChatJson.variables(prompt.getTemplateInputs()));
  }

  private static List<Float> boxed(float[] values) {
    return IntStream.range(0, values.length).mapToObj(i -> values[i]).toList();
  }
}
