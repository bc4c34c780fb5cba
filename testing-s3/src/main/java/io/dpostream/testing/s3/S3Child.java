package io.dpostream.testing.s3;

import com.adobe.testing.s3mock.S3MockApplication;
import java.io.IOException;

/** The server's process, which ends with whoever started it. */
final class S3Child {
  private S3Child() {}

  /** Starts the server, which then prints its port. */
  public static void main(String[] args) {
    Thread watcher = new Thread(S3Child::endWithParent, "parent-watcher");
    watcher.setDaemon(true);
    watcher.start();
    S3MockApplication.main(args);
  }

  private static void endWithParent() {
    try {
      while (System.in.read() >= 0) {
        // the parent never writes; only the end matters
      }
    } catch (IOException e) {
      // a failed read means that the parent is gone, too
    }
    Runtime.getRuntime().halt(0);
  }
}
