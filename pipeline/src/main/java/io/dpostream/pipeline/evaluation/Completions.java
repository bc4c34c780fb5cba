package io.dpostream.pipeline.evaluation;

import io.dpostream.schemas.Completion;
import io.dpostream.schemas.Prompt;
import java.util.List;

/** A source of fresh completions. */
@FunctionalInterface
public interface Completions {

  /**
   * Returns one completion for each prompt, in order.
   *
   * @param round another round draws different completions; repeating a round draws the same ones
   * @throws InterruptedException if the thread is asked to stop
   */
  List<Completion> sample(List<Prompt> prompts, int round) throws InterruptedException;
}
