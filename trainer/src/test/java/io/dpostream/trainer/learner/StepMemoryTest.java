package io.dpostream.trainer.learner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.policy.model.AdamW;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.LanguageModel;
import io.dpostream.policy.model.TrainableModel;
import io.dpostream.policy.torch.DeviceMemoryException;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.TrainerConfig;
import io.dpostream.trainer.learner.ScoredSequences.Graphs;
import io.dpostream.trainer.loss.Losses;
import io.dpostream.trainer.loss.Objective;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StepMemoryTest {
  @TempDir Path dir;

  @Test
  void shouldComputeAgainWithOnePassAtATimeAndStayThere() {
    StepMemory memory = new StepMemory(TrainerConfig.defaults());
    List<Graphs> tried = new ArrayList<>();

    String first = memory.within(graphs -> enough(tried, graphs));
    String second = memory.within(graphs -> enough(tried, graphs));

    assertThat(List.of(first, second)).containsOnly("ONE_PASS");
    assertThat(tried).containsExactly(Graphs.ALL, Graphs.ONE_PASS, Graphs.ONE_PASS);
  }

  private static String enough(List<Graphs> tried, Graphs graphs) {
    tried.add(graphs);
    if (graphs == Graphs.ALL) {
      throw outOfMemory();
    }
    return graphs.name();
  }

  private static DeviceMemoryException outOfMemory() {
    return DeviceMemoryException.of(
            new IllegalStateException("CUDA out of memory. Tried to allocate 3.91 GiB."))
        .orElseThrow();
  }

  @Test
  void shouldNameThreeKeysWhereOnePassDoesNotFit() {
    StepMemory memory = new StepMemory(TrainerConfig.defaults());

    assertThatThrownBy(() -> exhaust(memory))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "out of memory: the memory of the GPU has no room for 3.91 GiB, even with one pass's"
                + " graph at a time; lower trainer.max_length, set trainer.gradient_checkpointing to"
                + " true or set trainer.bf16 to true. Smaller passes are not tried: they would change"
                + " the last bits of the weights");
  }

  @Test
  void shouldNameNoKeyThatIsAtItsLowest() {
    StepMemory memory =
        new StepMemory(TinyModel.config("gradientCheckpointing", true, "bf16", true, "loraR", 8));

    assertThatThrownBy(() -> exhaust(memory)).hasMessageContaining("; lower trainer.max_length. ");
  }

  private static void exhaust(StepMemory memory) {
    memory.within(
        graphs -> {
          throw outOfMemory();
        });
  }

  /** Lengths of up to 33 tokens in passes of 64: several passes, of different shapes. */
  @ParameterizedTest
  @ValueSource(strings = {"sigmoid", "aot"})
  void shouldArriveAtTheSameBitsWithOnePassAtATime(String loss) {
    assertThat(trained(loss, Graphs.ONE_PASS)).isEqualTo(trained(loss, Graphs.ALL));
  }

  private List<String> trained(String loss, Graphs graphs) {
    TrainerConfig config = TinyModel.config("lossType", List.of(loss));
    Path work = dir.resolve(graphs.name());
    CheckpointFolder folder = CheckpointFolder.open(TinyModel.write(work.resolve("model"), 1));
    Objective objective = Losses.objective(config.loss());
    PairPreparation preparation =
        new PairPreparation(objective, new Truncation(100, 100), TinyModel.VOCAB);
    List<PreparedPair> pairs =
        TinyModel.pairs(12, 3).stream().map(pair -> preparation.prepare(pair, false)).toList();
    try (TrainableModel policy = TrainableModel.load(folder, TinyModel.CPU);
        LanguageModel reference = LanguageModel.load(folder, TinyModel.CPU);
        ReferenceCache cache = ReferenceCache.openIn(work);
        AdamW optimizer = new AdamW(config.optimizer().adamW(), policy)) {
      StepComputation computation =
          new StepComputation(
              policy, new ReferenceScorer(reference, cache, "here", 64), 12, 64, graphs);
      List<String> hashes = new ArrayList<>();
      for (int step = 0; step < 3; step++) {
        policy.zeroGrad();
        computation.compute(objective, pairs, LearnerProgress.NONE.lossState());
        optimizer.step(1e-2, 1);
        hashes.add(policy.sha256() + " " + computation.divergence(pairs, reference));
      }
      return hashes;
    }
  }
}
