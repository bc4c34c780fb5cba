package io.dpostream.pipeline.run;

/** Something that works until it is told to stop. */
public interface Service {

  /** Works, and returns after {@link #stop} or when there is nothing left to do. */
  void run() throws Exception;

  /** Asks {@link #run} to return soon; called from another thread, at most once. */
  void stop() throws Exception;

  /** A service whose work ends when it is closed. */
  static Service of(Runnable work, AutoCloseable closing) {
    return new Service() {
      @Override
      public void run() {
        work.run();
      }

      @Override
      public void stop() throws Exception {
        closing.close();
      }
    };
  }
}
