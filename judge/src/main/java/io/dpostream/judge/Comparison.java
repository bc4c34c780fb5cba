package io.dpostream.judge;

import io.dpostream.schemas.Completion;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.Message;
import io.dpostream.schemas.Prompt;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a judge sees: a prompt and two completions, and nothing of the policy that wrote them.
 * Immutable.
 *
 * @param pairId names the pair; judges that draw lots derive their draws from it
 * @param contentHash names exactly this prompt and these completions
 */
public record Comparison(
    String pairId, String contentHash, Prompt prompt, Completion first, Completion second) {

  /** The comparison that a sampled pair asks for. */
  public static Comparison of(CompletionPair pair) {
    return new Comparison(
        pair.getPairId(),
        pair.getContentHash(),
        pair.getPrompt(),
        pair.getFirst(),
        pair.getSecond());
  }

  /** The completion on one side. */
  public Completion completion(Side side) {
    return side == Side.FIRST ? first : second;
  }

  /** The text on one side. */
  public String text(Side side) {
    return completion(side).getText();
  }

  /** The prompt as text: its raw text, or its turns as {@code role: content}, one a line. */
  public String promptText() {
    return prompt
        .getText()
        .orElseGet(
            () ->
                prompt.getMessages().size() == 1
                    ? prompt.getMessages().get(0).getContent()
                    : prompt.getMessages().stream()
                        .map(Comparison::line)
                        .collect(Collectors.joining("\n")));
  }

  /** The answer to check against, where the prompt has one. */
  public Optional<String> referenceAnswer() {
    return prompt.getReferenceAnswer();
  }

  /** Labels of the prompt. */
  public List<String> tags() {
    return prompt.getTags();
  }

  /** Exchanges the two completions: a verdict on the result names the other side. */
  public Comparison swapped() {
    return new Comparison(pairId, contentHash, prompt, second, first);
  }

  private static String line(Message message) {
    return message.getRole() + ": " + message.getContent();
  }
}
