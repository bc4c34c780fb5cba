package io.dpostream.trainer.learner;

import io.dpostream.policy.torch.DeviceMemoryException;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.TrainerConfig;
import io.dpostream.trainer.learner.ScoredSequences.Graphs;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Computes steps in the memory that there is. When it runs out the step is computed again with the
 * graph of one pass at a time, in about a third more time: every pass keeps its shape and the
 * gradients are added in the same order, so that the result is the same bit for bit and the ledger
 * need not know. Passes are never made smaller: their products would round in another way, and a
 * replay would arrive at another hash.
 *
 * <p>Not thread-safe.
 */
final class StepMemory {
  private static final Logger log = LoggerFactory.getLogger(StepMemory.class);

  private final TrainerConfig config;
  private Graphs graphs = Graphs.ALL;

  StepMemory(TrainerConfig config) {
    this.config = config;
  }

  /**
   * Returns what a computation gives; once memory has run out, later ones are frugal from the
   * start.
   *
   * @param computation leaves nothing behind when it fails, or clears it when it starts
   * @throws UserException if memory does not suffice for one pass at a time either
   */
  <T> T within(Function<Graphs, T> computation) {
    if (graphs == Graphs.ALL) {
      try {
        return computation.apply(graphs);
      } catch (DeviceMemoryException e) {
        log.warn("{}; from now on steps keep the graph of one pass at a time", e.getMessage());
        graphs = Graphs.ONE_PASS;
      }
    }
    try {
      return computation.apply(graphs);
    } catch (DeviceMemoryException e) {
      throw new UserException(
          "out of memory: %s, even with one pass's graph at a time; %s. Smaller passes are not tried: they would change the last bits of the weights"
              .formatted(e.getMessage(), advice()),
          e);
    }
  }

  /** The first three keys that lower the memory of one pass and are not at their lowest. */
  private String advice() {
    List<String> keys = new ArrayList<>();
    keys.add("lower trainer.max_length");
    if (!config.gradientCheckpointing()) {
      keys.add("set trainer.gradient_checkpointing to true");
    }
    if (!config.bf16()) {
      keys.add("set trainer.bf16 to true");
    }
    if (config.lora().loraR() == 0) {
      keys.add("train adapters with trainer.lora_r");
    }
    List<String> first = keys.subList(0, Math.min(3, keys.size()));
    return String.join(", ", first.subList(0, first.size() - 1))
        + (first.size() > 1 ? " or " : "")
        + first.get(first.size() - 1);
  }
}
