package io.dpostream.sampler;

import io.dpostream.policy.model.GenerationRequest;
import io.dpostream.schemas.Completion;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A policy that takes its time for each batch, however large, as a GPU does. */
final class SlowPolicy extends FakePolicy {
  private final long nanosPerBatch;

  SlowPolicy(String sha256, int millisPerBatch) {
    super(sha256);
    this.nanosPerBatch = millisPerBatch * 1_000_000L;
  }

  @Override
  public List<Completion> complete(List<GenerationRequest> batch) {
    long end = System.nanoTime() + nanosPerBatch;
    for (long left = nanosPerBatch; left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
    return super.complete(batch);
  }
}
