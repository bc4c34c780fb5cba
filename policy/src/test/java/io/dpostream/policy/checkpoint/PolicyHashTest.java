package io.dpostream.policy.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.policy.torch.NamedTensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class PolicyHashTest {

  /**
   * Python: sha256(pack('<i1siqqff', 1, b'a', 2, 1, 2, 1.0, -2.0) + pack('<i1sif', 1, b'b', 0,
   * 0.5)).
   */
  @Test
  void shouldBeTheHashThatItsDefinitionGives() {
    String expected = "28ffea2358eb4787c7da5ec577a57b7eb5ebb8f5aef7cab7d2c855332a4c7806";
    NamedTensor a = NamedTensor.of("a", List.of(1L, 2L), new float[] {1, -2});
    NamedTensor b = NamedTensor.of("b", List.of(), new float[] {0.5f});
    assertThat(PolicyHash.of(List.of(b, a))).isEqualTo(expected);
  }

  @Test
  void shouldTellShapesApart() {
    float[] values = {1, 2};
    assertThat(PolicyHash.of(List.of(NamedTensor.of("a", List.of(1L, 2L), values))))
        .isNotEqualTo(PolicyHash.of(List.of(NamedTensor.of("a", List.of(2L, 1L), values))));
  }
}
