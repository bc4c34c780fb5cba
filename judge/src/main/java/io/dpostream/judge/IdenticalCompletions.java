package io.dpostream.judge;

import io.dpostream.schemas.CompletionPair;

/** Recognizes pairs that nobody needs to judge, since there is nothing to choose between. */
public final class IdenticalCompletions {
  private IdenticalCompletions() {}

  /** Whether both completions of a pair have the same tokens and the same text. */
  public static boolean in(CompletionPair pair) {
    return pair.getFirst().getTokenIds().equals(pair.getSecond().getTokenIds())
        && pair.getFirst().getText().equals(pair.getSecond().getText());
  }
}
