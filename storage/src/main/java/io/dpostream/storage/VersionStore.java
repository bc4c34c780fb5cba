package io.dpostream.storage;

import io.dpostream.policy.checkpoint.AtomicFolder;
import java.util.Set;

/**
 * Where the versions of one run are published to. Only the run's owner writes; a former owner that
 * was paused may still be at work, and does no harm. Used by one thread at a time.
 */
public interface VersionStore extends AutoCloseable {

  /**
   * Checks that versions can be published here, and cleans up what former owners left unfinished.
   *
   * @param published number of the newest version that the ledger names; -1 for none
   * @throws StoreUnavailableException when that cannot be told now
   */
  void open(long published);

  /** Whether the folder that a run began with is to be published here, too. */
  boolean takesTheFirst();

  /**
   * Makes a version durable and complete under its name. What lies there already is kept: it is
   * what an earlier try left.
   *
   * @return what readers find it by
   * @throws StoreUnavailableException when it is to be tried again; what was done is not done twice
   */
  String put(VersionName name, AtomicFolder.Contents contents);

  /** The versions of which anything lies here. */
  Set<VersionName> list();

  /** Deletes a version; one that is gone, or half gone, is no error. */
  void remove(VersionName name);

  @Override
  void close();
}
