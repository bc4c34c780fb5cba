package io.dpostream.judge.assembler;

import io.dpostream.schemas.KafkaSettings;
import io.dpostream.schemas.Topics;
import java.util.List;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Branched;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The assembler as a topology: pairs and judgments meet in one internal topic that is partitioned
 * by pair id, and one store remembers what is known of each pair.
 *
 * <pre>
 * completion-pairs -+                                          +-> preferences
 *                   +-> route -> by-pair -> assemble (pairs) --+-> outcomes
 * judgments --------+     |                                    |
 *                         +------------> dead-letters <--------+
 * </pre>
 */
public final class AssemblerTopology {
  /** Name of the store, and part of its changelog topic's. */
  static final String PAIR_STORE = "pairs";

  private static final String BY_PAIR = "by-pair";

  private AssemblerTopology() {}

  /** The topology for a deployment's topics: a pure function of its arguments. */
  public static Topology build(
      KafkaSettings settings, AssemblerConfig config, AssemblerListener listener) {
    StreamsBuilder builder = new StreamsBuilder();
    Topics topics = settings.topics();
    Serde<Routed> routed =
        Serdes.serdeFrom(
            (topic, value) -> value.value(), (topic, bytes) -> new Routed.ToTopic(topic, bytes));
    Produced<byte[], Routed> produced = Produced.with(Serdes.ByteArray(), routed);

    KStream<byte[], Routed> inputs =
        builder.stream(
                List.of(topics.completionPairs().name(), topics.judgments().name()),
                Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()).withName("inputs"))
            .process(() -> new Router(settings, listener), Named.as("route"));
    inputs
        .split(Named.as("route-"))
        .branch(
            (key, value) -> value instanceof Routed.ToTopic,
            Branched.withConsumer(
                dead -> dead.to(topics.deadLetters(), produced.withName("undecodable")),
                "undecodable-branch"))
        .defaultBranch(
            Branched.withConsumer(
                good -> assemble(builder, good, settings, config, listener, produced), "good"));
    return builder.build();
  }

  private static void assemble(
      StreamsBuilder builder,
      KStream<byte[], Routed> good,
      KafkaSettings settings,
      AssemblerConfig config,
      AssemblerListener listener,
      Produced<byte[], Routed> produced) {
    builder.addStateStore(pairStore(settings, config));
    good.mapValues(Routed::value, Named.as("bytes"))
        .repartition(
            Repartitioned.with(Serdes.ByteArray(), Serdes.ByteArray())
                .withName(BY_PAIR)
                .withNumberOfPartitions(config.partitions()))
        .selectKey(
            (key, value) -> new String(key, java.nio.charset.StandardCharsets.UTF_8),
            Named.as("pair-id"))
        .process(() -> new Assembler(settings, config, listener), Named.as("assemble"), PAIR_STORE)
        .to((key, value, context) -> ((Routed.ToTopic) value).topic(), produced.withName("write"));
  }

  private static StoreBuilder<KeyValueStore<String, PairState>> pairStore(
      KafkaSettings settings, AssemblerConfig config) {
    return Stores.keyValueStoreBuilder(
            config.store().equals("memory")
                ? Stores.inMemoryKeyValueStore(PAIR_STORE)
                : Stores.persistentKeyValueStore(PAIR_STORE),
            Serdes.String(),
            new PairStateSerde(settings))
        .withCachingEnabled();
  }
}
