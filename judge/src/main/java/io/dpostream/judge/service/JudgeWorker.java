package io.dpostream.judge.service;

/** Feeds pairs to one judge, in one thread. */
interface JudgeWorker {
  /**
   * Works on one connection to Kafka until told to stop.
   *
   * @throws org.apache.kafka.common.KafkaException when the connection can go on no longer
   */
  void run();

  /** Makes {@link #run} return soon; called from another thread, any number of times. */
  void stop();
}
