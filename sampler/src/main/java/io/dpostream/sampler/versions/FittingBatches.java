package io.dpostream.sampler.versions;

import io.dpostream.policy.torch.DeviceMemoryException;
import io.dpostream.settings.UserException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Computes a batch in as few parts as memory allows: a part that does not fit is halved. A
 * completion depends on its own prompt and seed, so that parts give what the whole would, up to the
 * rounding of products of another shape. Sampling is recorded, never recomputed, so rounding does
 * not matter to a replay.
 *
 * <p>Thread-safe: threads that run out at the same time try once more than they need.
 */
final class FittingBatches {
  private static final Logger log = LoggerFactory.getLogger(FittingBatches.class);

  private volatile int most = Integer.MAX_VALUE;

  /**
   * Returns one result per item, in their order.
   *
   * @param compute returns one result per item of a part
   * @throws UserException if a single item does not fit
   */
  <T, R> List<R> compute(List<T> batch, Function<List<T>, List<R>> compute) {
    List<R> results = new ArrayList<>();
    while (results.size() < batch.size()) {
      int from = results.size();
      List<T> part = batch.subList(from, from + Math.min(most, batch.size() - from));
      try {
        results.addAll(compute.apply(part));
      } catch (DeviceMemoryException e) {
        shrink(part.size(), e);
      }
    }
    return results;
  }

  private void shrink(int tried, DeviceMemoryException e) {
    if (tried == 1) {
      throw new UserException(
          "out of memory: %s, even with one sequence at a time; lower sampler.max_new_tokens, set sampler.dtype to bfloat16 or give sampler.device another device"
              .formatted(e.getMessage()),
          e);
    }
    most = (tried + 1) / 2;
    log.warn(
        "{}; from now on at most {} sequences are decoded together: lower sampler.batch_size",
        e.getMessage(),
        most);
  }
}
