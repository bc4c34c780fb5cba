package io.dpostream.trainer.learner;

import io.dpostream.policy.text.TokenSequence;
import java.util.Arrays;
import java.util.Optional;

/**
 * Shortens a preference that is too long. The prompt keeps its last {@code maxPromptLength} tokens,
 * the same for all completions; each completion then keeps its first {@code maxLength − prompt}
 * tokens. A completion is never emptied: a preference whose prompt leaves no room is refused.
 *
 * @param maxLength tokens of prompt and completion together
 * @param maxPromptLength tokens of the prompt
 */
record Truncation(int maxLength, int maxPromptLength) {

  /** Why nothing of a completion would be left, if so. */
  Optional<String> refusal(int[] prompt) {
    int kept = Math.min(prompt.length, maxPromptLength);
    return kept < maxLength
        ? Optional.empty()
        : Optional.of(
            "a prompt of "
                + kept
                + " tokens leaves no room for a completion within max_length "
                + maxLength);
  }

  TokenSequence cut(int[] prompt, int[] completion) {
    int skipped = Math.max(0, prompt.length - maxPromptLength);
    int room = maxLength - (prompt.length - skipped);
    return new TokenSequence(
        skipped == 0 ? prompt : Arrays.copyOfRange(prompt, skipped, prompt.length),
        completion.length <= room ? completion : Arrays.copyOf(completion, room));
  }
}
