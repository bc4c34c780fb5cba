package io.dpostream.pipeline.run;

import io.dpostream.kafka.writing.Retry;
import io.dpostream.storage.StoreUnavailableException;
import io.dpostream.storage.VersionFolder;
import io.dpostream.storage.VersionFolders;
import org.apache.kafka.common.errors.InterruptException;

/** Opens published versions for what cannot go on without them. */
public final class PatientFetch {
  private PatientFetch() {}

  /**
   * Opens a version, which the caller closes, and waits while its store is out of reach.
   *
   * @throws InterruptedException if the thread is asked to stop meanwhile
   */
  public static VersionFolder open(VersionFolders versions, String uri)
      throws InterruptedException {
    Thread thread = Thread.currentThread();
    try {
      return Retry.untilStopped()
          .call(
              "a version cannot be fetched now",
              StoreUnavailableException.class::isInstance,
              () -> versions.open(uri, thread::isInterrupted));
    } catch (InterruptException e) {
      Thread.interrupted(); // as whoever throws the checked one leaves it
      throw (InterruptedException) new InterruptedException().initCause(e);
    }
  }
}
