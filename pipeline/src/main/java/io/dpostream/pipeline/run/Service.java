package io.dpostream.pipeline.run;

/** Something that works until it is told to stop. */
public interface Service {

  /** Works, and returns after {@link #stop} or when there is nothing left to do. */
  void run() throws Exception;

  /** Asks {@link #run} to return soon; called from another thread, at most once. */
  void stop() throws Exception;
}
