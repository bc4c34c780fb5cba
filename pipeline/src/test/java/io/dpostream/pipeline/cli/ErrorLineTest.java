package io.dpostream.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.policy.torch.DeviceMemoryException;
import org.junit.jupiter.api.Test;

class ErrorLineTest {

  @Test
  void shouldSayInOneLineWhatMakesAModelSmaller() {
    RuntimeException error =
        DeviceMemoryException.of(
                new IllegalStateException(
                    "CUDA out of memory. Tried to allocate 896.00 MiB.\nGPU 0 has"))
            .orElseThrow();

    assertThat(ErrorLine.ofExpected(new IllegalStateException("service failed", error)))
        .contains(
            "out of memory: the memory of the GPU has no room for 896.00 MiB; set dtype to"
                + " bfloat16, train adapters with trainer.lora_r, or give sampler.device another"
                + " device");
  }
}
