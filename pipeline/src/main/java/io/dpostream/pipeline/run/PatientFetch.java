package io.dpostream.pipeline.run;

import io.dpostream.kafka.writing.Backoff;
import io.dpostream.storage.StoreUnavailableException;
import io.dpostream.storage.VersionFolder;
import io.dpostream.storage.VersionFolders;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens published versions for what cannot go on without them. */
public final class PatientFetch {
  private static final Logger log = LoggerFactory.getLogger(PatientFetch.class);

  private PatientFetch() {}

  /**
   * Opens a version, which the caller closes, and waits while its store is out of reach.
   *
   * @throws InterruptedException if the thread is asked to stop meanwhile
   */
  public static VersionFolder open(VersionFolders versions, String uri)
      throws InterruptedException {
    Thread thread = Thread.currentThread();
    String reported = "";
    for (int failures = 0; ; failures++) {
      try {
        return versions.open(uri, thread::isInterrupted);
      } catch (StoreUnavailableException e) {
        String reason = String.valueOf(e.getMessage());
        if (!reason.equals(reported)) {
          log.warn("waiting for a version: {}", reason);
          reported = reason;
        }
        double random = ThreadLocalRandom.current().nextDouble();
        Thread.sleep(Backoff.standard().delay(failures, random).toMillis());
      }
    }
  }
}
