package io.dpostream.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.dpostream.kafka.KafkaSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;

class SharedBrokerIT {
  @Test
  void shouldGiveEveryTestADeploymentOfItsOwnOnOneBroker() throws Exception {
    KafkaSettings one = SharedBroker.deployment("one");
    KafkaSettings two = SharedBroker.deployment("two");

    assertThat(one.bootstrapServers()).isEqualTo(two.bootstrapServers());
    assertThat(one.schemaRegistryUrl()).isEqualTo(two.schemaRegistryUrl());
    try (Admin admin = one.admin()) {
      one.topics().ensure(admin);
      Set<String> names = admin.listTopics().names().get();
      assertThat(names).contains("one.prompts").noneMatch(name -> name.startsWith("two."));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SharedBroker.deployment("one"))
        .withMessageContaining("topic prefix one");
  }

  @Test
  void shouldLeaveNothingBehindWhenItsProcessEnds() throws Exception {
    Process child = JavaChild.of(Asking.class).heap(128).startPiped();
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(child.waitFor()).as(said).isZero();
    String[] pidsAndFolder = said.lines().reduce((before, last) -> last).orElseThrow().split(" ");
    for (int i = 0; i < 2; i++) {
      assertThat(ProcessHandle.of(Long.parseLong(pidsAndFolder[i])).filter(ProcessHandle::isAlive))
          .isEmpty();
    }
    assertThat(Path.of(pidsAndFolder[2])).doesNotExist();
  }

  /** Takes a deployment and tells the broker's and the registry's pid and their folder. */
  static final class Asking {
    private Asking() {}

    public static void main(String[] args) {
      SharedBroker.deployment("child");
      StringBuilder pids = new StringBuilder();
      ProcessHandle.current().children().forEach(child -> pids.append(child.pid()).append(' '));
      System.out.println(pids.toString() + SharedBroker.folder());
    }
  }
}
