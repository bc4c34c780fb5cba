package io.dpostream.kafka.reading;

import io.dpostream.kafka.AdminAnswer;
import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Finds where partitions end, open transactions included. */
public final class LogEnds {
  private LogEnds() {}

  /**
   * Returns the end of each partition, exclusive. Whoever reads so far, waiting for transactions
   * that are open, misses no committed record behind one.
   *
   * @throws KafkaException what the broker said
   */
  public static Map<TopicPartition, Long> of(Admin admin, Collection<TopicPartition> partitions) {
    Map<TopicPartition, OffsetSpec> latest =
        partitions.stream()
            .collect(Collectors.toMap(Function.identity(), partition -> OffsetSpec.latest()));
    ListOffsetsOptions uncommitted = new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED);
    return AdminAnswer.await(admin.listOffsets(latest, uncommitted).all()).entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, end -> end.getValue().offset()));
  }
}
