package io.dpostream.sampler.versions;

/**
 * A request that an engine will never complete, while it completes others; the message says why.
 */
public final class RequestRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int request;

  /**
   * @param request its index in the batch
   */
  public RequestRefusedException(int request, String reason) {
    super(reason);
    this.request = request;
  }

  /** The index of the request in the batch. */
  public int request() {
    return request;
  }
}
