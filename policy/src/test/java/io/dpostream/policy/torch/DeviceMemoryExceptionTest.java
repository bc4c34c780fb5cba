package io.dpostream.policy.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import io.dpostream.policy.torch.TorchProgram.Gradients;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceMemoryExceptionTest {

  /** A petabyte of float32. */
  @Test
  void shouldBeThrownForATensorThatNoMachineHolds() {
    try (NDManager manager = TorchEngine.manager(EngineOptions.cpu())) {
      TorchProgram tensors = TorchProgram.load(manager, "tensors");
      assertThatThrownBy(
              () ->
                  tensors.tensor(manager, Gradients.OFF, "empty", new long[] {1L << 48}, 6, "cpu"))
          .isInstanceOf(DeviceMemoryException.class)
          .hasMessage("the memory of the machine has no room for 1125899906842624 bytes");
    }
  }

  /** The messages of libtorch 2.7's CUDA allocator, of CUDA and of cuBLAS. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "CUDA out of memory. Tried to allocate 3.91 GiB. GPU 0 has a total capacity of 79.10 GiB; 3.91 GiB",
        "CUDA error: out of memory; a tensor",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`; a tensor"
      })
  void shouldRecognizeWhatCudaSays(String message, String amount) {
    assertThat(DeviceMemoryException.of(new IllegalStateException(message)))
        .hasValueSatisfying(
            e -> assertThat(e).hasMessage("the memory of the GPU has no room for " + amount));
  }

  @Test
  void shouldLeaveOtherErrorsAlone() {
    assertThat(DeviceMemoryException.of(new IllegalStateException("size mismatch"))).isEmpty();
    assertThat(DeviceMemoryException.of(new IllegalStateException())).isEmpty();
  }
}
