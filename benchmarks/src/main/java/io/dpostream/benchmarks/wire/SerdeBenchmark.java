package io.dpostream.benchmarks.wire;

import io.dpostream.benchmarks.judging.SyntheticPairs;
import io.dpostream.broker.LocalCluster;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import io.dpostream.kafka.serde.Decoded;
import io.dpostream.kafka.serde.RecordDecoder;
import io.dpostream.kafka.serde.RecordEncoder;
import io.dpostream.schemas.CompletionPair;
import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures the time to write and to read one completion pair in the wire format, against the floor:
 * copying its bytes.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 6, time = 2)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls start() before anything else
public class SerdeBenchmark {
  /** Number of tokens in each of the two completions. */
  @Param({"48", "512"})
  public int tokens;

  private LocalCluster cluster;
  private RecordEncoder encoder;
  private RecordDecoder<CompletionPair> decoder;
  private Topic<CompletionPair> topic;
  private CompletionPair pair;
  private byte[] bytes;

  @Setup
  public void start() throws IOException {
    cluster = LocalCluster.start(Files.createTempDirectory("serde").resolve("cluster"));
    KafkaSettings settings = cluster.settings();
    topic = settings.topics().completionPairs();
    encoder = settings.encoder();
    decoder = settings.decoder(topic);
    pair = SyntheticPairs.pair("0123456789abcdef0123456789abcdef", 0, tokens);
    bytes = encode();
  }

  @TearDown
  public void stop() {
    cluster.close();
  }

  @Benchmark
  public byte[] copy() {
    return bytes.clone();
  }

  @Benchmark
  public byte[] encode() {
    return encoder.encode(topic, pair.getPairId(), pair).value();
  }

  @Benchmark
  public Decoded<CompletionPair> decode() {
    return decoder.decode(bytes);
  }
}
