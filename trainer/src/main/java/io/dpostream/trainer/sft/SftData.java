package io.dpostream.trainer.sft;

import io.dpostream.policy.text.TokenSequence;
import java.util.List;

/** What is learned from, as token ids: answers, each after what it answers. */
public record SftData(List<TokenSequence> sequences) {
  public SftData {
    sequences = List.copyOf(sequences);
  }
}
