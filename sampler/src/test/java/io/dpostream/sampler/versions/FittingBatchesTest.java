package io.dpostream.sampler.versions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.policy.torch.DeviceMemoryException;
import io.dpostream.settings.UserException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FittingBatchesTest {
  private final List<Integer> tried = new ArrayList<>();

  @Test
  void shouldComputeWhatFitsAtOnce() {
    assertThat(new FittingBatches().compute(List.of(1, 2, 3), part -> upTo(3, part)))
        .containsExactly(10, 20, 30);
    assertThat(tried).containsExactly(3);
  }

  /** 7 and 4 do not fit, 2 do; the next batch begins with 2. */
  @Test
  void shouldHalveWhatDoesNotFitAndKeepTheOrder() {
    FittingBatches batches = new FittingBatches();

    assertThat(batches.compute(List.of(1, 2, 3, 4, 5, 6, 7), part -> upTo(3, part)))
        .containsExactly(10, 20, 30, 40, 50, 60, 70);
    assertThat(batches.compute(List.of(8, 9), part -> upTo(3, part))).containsExactly(80, 90);
    assertThat(tried).containsExactly(7, 4, 2, 2, 2, 1, 2);
  }

  @Test
  void shouldNameTheKeysWhereNotEvenOneFits() {
    assertThatThrownBy(() -> new FittingBatches().compute(List.of(1, 2), part -> upTo(0, part)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("has no room for 3.91 GiB, even with one sequence at a time")
        .hasMessageContaining("sampler.max_new_tokens")
        .hasMessageContaining("sampler.dtype")
        .hasMessageContaining("sampler.device");
  }

  private List<Integer> upTo(int most, List<Integer> part) {
    tried.add(part.size());
    if (part.size() > most) {
      throw DeviceMemoryException.of(
              new IllegalStateException("CUDA out of memory. Tried to allocate 3.91 GiB."))
          .orElseThrow();
    }
    return part.stream().map(item -> item * 10).toList();
  }
}
