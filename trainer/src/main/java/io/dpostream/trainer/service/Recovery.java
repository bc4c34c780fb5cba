package io.dpostream.trainer.service;

import io.dpostream.schemas.CheckpointSaved;
import io.dpostream.schemas.RunConfigured;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.CanonicalConfig;
import io.dpostream.trainer.checkpoint.CheckpointStore;
import io.dpostream.trainer.fold.PolicyFold;
import io.dpostream.trainer.learner.Learner;
import io.dpostream.trainer.ledger.LedgerState;
import io.dpostream.trainer.ledger.RunDifferences;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides from which checkpoint and under which conditions a run is resumed. */
final class Recovery {
  private static final Logger log = LoggerFactory.getLogger(Recovery.class);

  private Recovery() {}

  /** The newest checkpoint of the ledger that is intact. */
  static Optional<PolicyFold.Resume> newestIntact(LedgerState state, CheckpointStore store) {
    List<CheckpointSaved> checkpoints = state.checkpoints();
    for (int i = checkpoints.size() - 1; i >= 0; i--) {
      CheckpointSaved saved = checkpoints.get(i);
      Optional<String> problem = store.problem(saved);
      if (problem.isEmpty()) {
        return Optional.of(new PolicyFold.Resume(saved, store.folder(saved)));
      }
      if (i == checkpoints.size() - 1) {
        log.warn(
            "checkpoint {} {}; its steps are recomputed from the ledger",
            store.folder(saved),
            problem.get());
      }
    }
    return Optional.empty();
  }

  /** What differs between the recorded conditions and the present ones, one entry a key. */
  static List<String> differences(RunConfigured recorded, CanonicalConfig config, Learner learner) {
    return Stream.concat(
            RunDifferences.between(CanonicalConfig.recorded(recorded).values(), config.values())
                .stream(),
            RunDifferences.between(recorded.getEnvironment(), learner.environment()).stream())
        .toList();
  }

  /** Refuses to continue under changed conditions. */
  static void refuse(String runId, List<String> differences) {
    if (!differences.isEmpty()) {
      throw new UserException(
          "run %s began with another configuration: %s; set it back, or accept the change with --accept-config"
              .formatted(runId, String.join(", ", differences)));
    }
  }

  /** Stops the run when something recomputed is not what the ledger records. */
  static PolicyFold.Observer strict(String runId) {
    return (step, what, recorded, recomputed) -> {
      throw new UserException(
          "run %s, step %d: the recomputed %s is %s where the ledger has %s; data, configuration or environment are not those that the step was taken with"
              .formatted(runId, step, what, recomputed, recorded));
    };
  }
}
