package io.dpostream.pipeline.progress;

import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.StepTaken;

/**
 * Told of a run's records as they are read, from the topics' beginning on and by the reading
 * thread. Judgments do not name their run, so all of the topic are told.
 */
public interface RunObserver {
  /** Sees nothing. */
  RunObserver NONE = new RunObserver() {};

  /** An optimizer step. */
  default void step(StepTaken step) {}

  /** A vote. */
  default void judgment(Judgment judgment) {}

  /** A preference, or a revision of one. */
  default void preference(Preference preference) {}

  /** A published version, the reference among them. */
  default void version(PolicyVersion version) {}
}
