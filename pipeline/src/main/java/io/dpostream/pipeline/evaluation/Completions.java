package io.dpostream.pipeline.evaluation;

import io.dpostream.schemas.Completion;
import io.dpostream.schemas.Prompt;
import java.util.List;

/** Somewhere to get fresh completions from. */
@FunctionalInterface
public interface Completions {

  /**
   * One completion for each prompt, in their order.
   *
   * @param round another round draws other completions; the same one draws the same again
   * @throws InterruptedException if the thread is asked to stop
   */
  List<Completion> sample(List<Prompt> prompts, int round) throws InterruptedException;
}
