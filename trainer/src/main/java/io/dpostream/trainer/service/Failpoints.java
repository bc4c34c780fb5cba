package io.dpostream.trainer.service;

import java.util.concurrent.atomic.AtomicInteger;

/** Called wherever a test may want to kill the trainer. */
@FunctionalInterface
public interface Failpoints {
  /** System property that names a failpoint, or {@code name:n} for the n-th time it is reached. */
  String PROPERTY = "dpo.failpoint";

  /** Called when the trainer has reached a failpoint. */
  void reached(Failpoint failpoint);

  /**
   * Reads the system property. The failpoint that it names prints {@code failpoint NAME hit} on
   * standard output and halts this process as {@code kill -9} would; without the property nothing
   * happens.
   */
  static Failpoints fromSystemProperty() {
    String wanted = System.getProperty(PROPERTY, "");
    if (wanted.isEmpty()) {
      return failpoint -> {};
    }
    String[] parts = wanted.split(":", 2);
    AtomicInteger left = new AtomicInteger(parts.length == 2 ? Integer.parseInt(parts[1]) : 1);
    return failpoint -> {
      if (failpoint.id().equals(parts[0]) && left.decrementAndGet() == 0) {
        System.out.println("failpoint " + parts[0] + " hit");
        System.out.flush();
        Runtime.getRuntime().halt(137);
      }
    };
  }
}
