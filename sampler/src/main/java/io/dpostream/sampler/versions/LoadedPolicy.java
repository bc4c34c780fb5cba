package io.dpostream.sampler.versions;

import io.dpostream.policy.model.GenerationRequest;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.Prompt;
import java.util.List;

/**
 * One policy version, ready to write: its weights in memory, here or on a server, and its
 * tokenizer. Used by one thread at a time; it may be loaded by another.
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

  /**
   * Samples one completion for each request, in order; each depends on its own request alone.
   *
   * @throws RequestRefusedException when one of them will never be completed
   * @throws EngineUnavailableException when they can only be completed later, if at all
   */
  List<Completion> complete(List<GenerationRequest> batch);

  /** Frees the weights. */
  @Override
  void close();
}
