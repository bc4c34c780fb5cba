package io.dpostream.judge.assembler;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.api.Test;

class PairPartitioningTest {
  @Test
  void shouldKeepAPairWhereKafkasProducersPutIt() {
    PairPartitioning tasks = PairPartitioning.of(7, 7);

    for (int i = 0; i < 1000; i++) {
      byte[] pairId = ("pair-" + i).getBytes(StandardCharsets.UTF_8);
      int partition = BuiltInPartitioner.partitionForKey(pairId, 7);

      assertThat(tasks.task(pairId)).isEqualTo(partition);
      assertThat(tasks.isHome(partition, pairId)).isTrue();
      assertThat(tasks.isHome((partition + 1) % 7, pairId)).isFalse();
    }
  }

  @Test
  void shouldReadNoInputWhereItsPairsAreKeptOnceThatHasMorePartitions() {
    byte[] pairId = {1};

    assertThat(PairPartitioning.of(1, 1).isHome(0, pairId)).isTrue();
    assertThat(PairPartitioning.of(1, 2).isHome(0, pairId)).isFalse();
  }
}
