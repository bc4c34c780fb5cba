package io.dpostream.policy.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgramSourceTest {

  @Test
  void shouldPutNumbersForNamesAndLeaveCommentsAndOtherWordsAlone() {
    String source = "y = w[Q_BIAS] + Tensor(T, HEAD) # HEAD of V\n";

    assertThat(ProgramSource.withConstants(source, Map.of("Q_BIAS", 9, "HEAD", 2)))
        .isEqualTo("y = w[9] + Tensor(T, 2) # HEAD of V\n");
  }

  @Test
  void shouldRefuseANameThatJavaDoesNotKnow() {
    assertThatThrownBy(() -> ProgramSource.withConstants("w[O_BIAS]", Map.of()))
        .hasMessage("the program uses O_BIAS, which has no number");
  }

  @Test
  void shouldRefuseANameThatTheProgramDoesNotUse() {
    assertThatThrownBy(() -> ProgramSource.withConstants("w[2] # HEAD", Map.of("HEAD", 2)))
        .hasMessage("the program does not use [HEAD]");
  }
}
