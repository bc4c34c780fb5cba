package io.dpostream.policy.model;

/** Ends a completion by its text. */
@FunctionalInterface
public interface TextStop {

  /**
   * Returns whether the last of the tokens completes a text that ends the completion.
   *
   * @param prompt the prompt's ids
   * @param tokens the completion's ids so far; at least one
   */
  boolean endsAt(int[] prompt, int[] tokens);
}
