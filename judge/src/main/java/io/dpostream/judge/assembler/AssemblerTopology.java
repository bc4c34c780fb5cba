package io.dpostream.judge.assembler;

import io.dpostream.judge.assembler.AssemblerConfig.Store;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topics;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The assembler as a topology: pairs and judgments meet in the task of their pair id, and one store
 * remembers what is known of each pair.
 *
 * <pre>
 * completion-pairs -+           at its pair's task            +-> preferences
 *                   +-> route ---------------------> assemble +-> outcomes
 * judgments --------+     |  elsewhere -> by-pair ->  (pairs)  |
 *                         +-------------> dead-letters <-------+
 * </pre>
 *
 * <p>Where the input topics have more partitions than there are tasks, every record takes the way
 * over {@code by-pair}.
 */
final class AssemblerTopology {
  /** Name of the store, and part of its changelog topic's. */
  static final String PAIR_STORE = "pairs";

  private static final String BY_PAIR = "by-pair";

  private AssemblerTopology() {}

  /** The topology for a deployment's topics: a pure function of its arguments. */
  static Topology build(
      KafkaSettings settings,
      AssemblerConfig config,
      PairPartitioning tasks,
      AssemblerListener listener) {
    StreamsBuilder builder = new StreamsBuilder();
    Topics topics = settings.topics();
    Serde<RoutedRecord> routed =
        Serdes.serdeFrom(
            (topic, value) -> value.value(), (topic, bytes) -> new RoutedRecord.ToPair(bytes));
    Produced<byte[], RoutedRecord> produced = Produced.with(Serdes.ByteArray(), routed);
    builder.addStateStore(pairStore(settings, config));

    KStream<byte[], RoutedRecord> inputs =
        builder.stream(
                List.of(topics.completionPairs().name(), topics.judgments().name()),
                Consumed.with(Serdes.ByteArray(), Serdes.ByteArray())
                    .withTimestampExtractor(AssemblerTopology::timestamp)
                    .withName("inputs"))
            .process(() -> new Router(settings, tasks, listener), Named.as("route"));
    only(RoutedRecord.ToTopic.class, inputs, "undecodable")
        .to(topics.deadLetters(), produced.withName("bury"));
    KStream<byte[], RoutedRecord> byPair =
        only(RoutedRecord.ToPair.class, inputs, "elsewhere")
            .repartition(
                Repartitioned.with(Serdes.ByteArray(), routed)
                    .withName(BY_PAIR)
                    .withNumberOfPartitions(tasks.count())
                    .withStreamPartitioner(
                        (topic, key, value, count) -> Optional.of(Set.of(tasks.task(key)))));
    KStream<byte[], RoutedRecord> atPair =
        tasks.direct()
            ? only(RoutedRecord.AtPair.class, inputs, "here").merge(byPair, Named.as("at-pair"))
            : byPair;
    atPair
        .process(() -> new Assembler(settings, config, listener), Named.as("assemble"), PAIR_STORE)
        .to(
            (key, value, context) -> ((RoutedRecord.ToTopic) value).topic(),
            produced.withName("write"));
    return builder.build();
  }

  private static KStream<byte[], RoutedRecord> only(
      Class<? extends RoutedRecord> type, KStream<byte[], RoutedRecord> stream, String name) {
    return stream.filter((key, value) -> type.isInstance(value), Named.as(name));
  }

  /** Nothing is decided by it, and a client that gives none must not stop the stream. */
  private static long timestamp(ConsumerRecord<Object, Object> source, long partitionTime) {
    return Math.max(0, source.timestamp());
  }

  private static StoreBuilder<KeyValueStore<String, PairState>> pairStore(
      KafkaSettings settings, AssemblerConfig config) {
    return Stores.keyValueStoreBuilder(
            config.store() == Store.MEMORY
                ? Stores.inMemoryKeyValueStore(PAIR_STORE)
                : Stores.persistentKeyValueStore(PAIR_STORE),
            Serdes.String(),
            new PairStateSerde(settings))
        .withCachingDisabled();
  }
}
