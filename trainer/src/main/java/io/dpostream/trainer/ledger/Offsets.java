package io.dpostream.trainer.ledger;

import io.dpostream.schemas.OffsetRange;
import io.dpostream.schemas.PartitionOffset;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The next offset to read of each partition. Immutable.
 *
 * @param next by partition
 */
public record Offsets(SortedMap<Integer, Long> next) {
  public Offsets {
    next = Collections.unmodifiableSortedMap(new TreeMap<>(next));
  }

  /** Converts offsets from their Avro form. */
  public static Offsets of(List<PartitionOffset> offsets) {
    SortedMap<Integer, Long> next = new TreeMap<>();
    offsets.forEach(offset -> next.put(offset.getPartition(), offset.getOffset()));
    return new Offsets(next);
  }

  /** Converts these offsets to Avro, in the order of the partitions. */
  public List<PartitionOffset> toAvro() {
    return next.entrySet().stream()
        .map(entry -> new PartitionOffset(entry.getKey(), entry.getValue()))
        .toList();
  }

  /**
   * The next offset of a partition.
   *
   * @throws IllegalArgumentException for a partition that is not among them
   */
  public long of(int partition) {
    Long offset = next.get(partition);
    if (offset == null) {
      throw new IllegalArgumentException("partition " + partition + " is not among " + this);
    }
    return offset;
  }

  /** The offsets after some ranges have been read. */
  public Offsets after(List<OffsetRange> ranges) {
    SortedMap<Integer, Long> moved = new TreeMap<>(next);
    ranges.forEach(range -> moved.put(range.getPartition(), range.getTo()));
    return new Offsets(moved);
  }

  /** Short form for messages, such as {@code 0:17, 1:4}. */
  @Override
  public String toString() {
    return String.join(", ", next.entrySet().stream().map(Offsets::show).toList());
  }

  private static String show(Map.Entry<Integer, Long> entry) {
    return entry.getKey() + ":" + entry.getValue();
  }
}
