package io.dpostream.sampler.versions;

import io.dpostream.policy.model.GenerationRequest;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.Prompt;
import java.util.List;

/**
 * The weights and tokenizer of one policy version in memory. Used by one thread at a time; it may
 * be loaded by another.
 */
public interface LoadedPolicy extends AutoCloseable {

  /** SHA-256 over the float32 tensors sorted by name, as loaded. */
  String sha256();

  /** The longest sequence, prompt and completion together, in tokens. */
  int contextLength();

  /**
   * Encodes a prompt as token ids.
   *
   * @throws UnusablePromptException when this policy cannot take such a prompt
   */
  int[] encode(Prompt prompt);

  /** Samples one completion for each request, in order; each depends on its own request alone. */
  List<Completion> complete(List<GenerationRequest> batch);

  /** Frees the weights. */
  @Override
  void close();
}
