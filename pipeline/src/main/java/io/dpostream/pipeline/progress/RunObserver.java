package io.dpostream.pipeline.progress;

import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.StepTaken;

/**
 * Is notified of a run's records as they are read, from the topics' beginning, by the reading
 * thread. Judgments do not name their run, so it sees all of that topic.
 */
public interface RunObserver {
  /** Ignores everything. */
  RunObserver NONE = new RunObserver() {};

  /** An optimizer step. */
  default void step(StepTaken step) {}

  /** A vote. */
  default void judgment(Judgment judgment) {}

  /** A preference, or a revision of one. */
  default void preference(Preference preference) {}

  /** A published version, including version 0. */
  default void version(PolicyVersion version) {}
}
