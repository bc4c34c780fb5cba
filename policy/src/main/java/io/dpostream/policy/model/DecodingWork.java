package io.dpostream.policy.model;

import java.util.List;

/** A supply of requests for a decoder, which asks for more whenever a completion has ended. */
public interface DecodingWork {

  /**
   * Takes further requests. Those with the same prompt should follow each other: it is read once
   * for them.
   *
   * @param most that there is room for
   * @return empty if there are none now; once nothing is being written either, decoding ends
   */
  List<GenerationRequest> next(int most);

  /**
   * Receives a completion, in the order in which they end.
   *
   * @param index of its request among all that were taken
   */
  void finished(int index, Generation generation);
}
