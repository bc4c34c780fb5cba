package io.dpostream.sampler;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells once why an engine cannot do something, and once that it can again. Thread-safe. */
final class OutageLog {
  private static final Logger log = LoggerFactory.getLogger(OutageLog.class);

  private final String what;
  private String told = "";

  /**
   * @param what cannot be done
   */
  OutageLog(String what) {
    this.what = what;
  }

  /** Tells the reason, unless it was told before. */
  synchronized void during(String reason) {
    if (!reason.isEmpty() && !reason.equals(told)) {
      log.warn("{} waits: {}", what, reason);
      told = reason;
    }
  }

  /** Tells that the last reason is gone. */
  synchronized void over() {
    if (!told.isEmpty()) {
      log.info("{} goes on", what);
      told = "";
    }
  }
}
