package io.dpostream.benchmarks.sampling;

import io.dpostream.broker.LocalCluster;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.pipeline.quickstart.TinyModel;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.GenerationRequest;
import io.dpostream.sampler.SamplerConfig;
import io.dpostream.sampler.versions.ModelPolicy;
import io.dpostream.sampler.versions.PolicyVersions;
import io.dpostream.sampler.versions.ServedPolicy;
import io.dpostream.schemas.Message;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.schemas.Prompt;
import io.dpostream.schemas.VersionStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Publishes version after version of the quickstart's model to a sampler's loader, which writes
 * completions meanwhile: how long new completions wait for a swap, how long it takes from the
 * publication to the first completion, and what memory stays after many swaps.
 */
public final class VersionSwaps {
  private static final String RUN = "swaps";
  private static final int COMPLETIONS = 32;
  private static final int SWAPS_A_ROW = 100;

  private final KafkaSettings kafka;
  private final KafkaProducer<byte[], byte[]> producer;
  private final CheckpointFolder model;
  private final String sha256;

  private VersionSwaps(
      KafkaSettings kafka, KafkaProducer<byte[], byte[]> producer, CheckpointFolder model) {
    this.kafka = kafka;
    this.producer = producer;
    this.model = model;
    this.sha256 = model.sha256();
  }

  /** Argument: number of swaps. */
  public static void main(String[] args) throws Exception {
    Path dir = Files.createTempDirectory("version-swaps");
    CheckpointFolder model = CheckpointFolder.open(TinyModel.install(dir.resolve("tiny")).model());
    try (LocalCluster cluster = LocalCluster.start(dir.resolve("kafka"))) {
      KafkaSettings kafka = cluster.settings();
      try (Admin admin = kafka.admin();
          KafkaProducer<byte[], byte[]> producer =
              new KafkaProducer<>(
                  kafka.producer("swaps"), new ByteArraySerializer(), new ByteArraySerializer())) {
        kafka.topics().ensure(admin);
        new VersionSwaps(kafka, producer, model).measure(Integer.parseInt(args[0]));
      }
    }
  }

  private void measure(int swaps) throws Exception {
    System.out.println(
        "| swaps | new work waits, ms: median | longest | published to first completion, ms: median"
            + " | longest | resident, MB |");
    System.out.println("|---|---|---|---|---|---|");
    PolicyVersions.Listener refusals =
        new PolicyVersions.Listener() {
          @Override
          public void loaded(PolicyVersion version) {}

          @Override
          public void refused(PolicyVersion version, String reason) {
            throw new IllegalStateException(reason);
          }
        };
    try (PolicyVersions versions =
        new PolicyVersions(RUN, kafka, ModelPolicy.loader(SamplerConfig.defaults()), refusals)) {
      versions.start();
      List<Double> waits = new ArrayList<>();
      List<Double> delays = new ArrayList<>();
      long published = publish(0);
      for (long swapped = 0; swapped <= swaps; ) {
        long asked = System.nanoTime();
        ServedPolicy policy = versions.take().orElse(null);
        double waited = millisSince(asked);
        if (policy == null) {
          Thread.sleep(1);
          continue;
        }
        policy.policy().complete(requests(policy, swapped));
        if (policy.version() == swapped) {
          if (swapped > 0) {
            waits.add(waited);
            delays.add(millisSince(published));
            if (swapped % SWAPS_A_ROW == 0) {
              print(swapped, waits, delays);
            }
          }
          published = publish(++swapped);
        }
      }
    }
  }

  private long publish(long version) throws Exception {
    PolicyVersion record =
        PolicyVersion.newBuilder()
            .setRunId(RUN)
            .setVersion(version)
            .setUri(model.path().toString())
            .setSha256(sha256)
            .setReferenceSha256(sha256)
            .setStep(version)
            .setStatus(VersionStatus.PUBLISHED)
            .setPublishedAt(Instant.now())
            .build();
    long now = System.nanoTime();
    producer
        .send(kafka.encoder().encode(kafka.topics().policyVersions(), RUN + "/" + version, record))
        .get();
    return now;
  }

  private static List<GenerationRequest> requests(ServedPolicy policy, long round) {
    Message question = Message.newBuilder().setRole("user").setContent("3+4=").build();
    int[] prompt =
        policy
            .policy()
            .encode(Prompt.newBuilder().setId("p").setMessages(List.of(question)).build());
    return IntStream.range(0, COMPLETIONS)
        .mapToObj(i -> new GenerationRequest(prompt, round * COMPLETIONS + i))
        .toList();
  }

  private static double millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e6;
  }

  private static void print(long swaps, List<Double> waits, List<Double> delays) throws Exception {
    System.out.println(
        String.format(
            Locale.ROOT,
            "| %d | %.1f | %.1f | %.0f | %.0f | %d |",
            swaps,
            median(waits),
            longest(waits),
            median(delays),
            longest(delays),
            residentMb()));
    waits.clear();
    delays.clear();
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  private static double longest(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
  }

  private static long residentMb() throws Exception {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElseThrow();
  }
}
