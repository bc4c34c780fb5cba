package io.dpostream.trainer;

import io.dpostream.broker.LocalCluster;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import io.dpostream.kafka.serde.Decoded;
import io.dpostream.kafka.serde.RecordEncoder;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.FinishReason;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.Prompt;
import io.dpostream.schemas.RunConfigured;
import io.dpostream.schemas.StepTaken;
import io.dpostream.schemas.TrainingStep;
import io.dpostream.testing.SharedBroker;
import io.dpostream.trainer.batch.PreferenceSource;
import io.dpostream.trainer.learner.LearnerFactory;
import io.dpostream.trainer.ledger.LedgerReader;
import io.dpostream.trainer.ledger.LedgerState;
import io.dpostream.trainer.service.Failpoints;
import io.dpostream.trainer.service.LabelSmoothingAdvice;
import io.dpostream.trainer.service.RunSpec;
import io.dpostream.trainer.service.TrainerListener;
import io.dpostream.trainer.service.TrainerService;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;

/** A deployment of its own, told apart by its topic prefix, and what tests do with it. */
public final class Deployment {
  private static final Duration POLL = Duration.ofMillis(100);

  private final KafkaSettings kafka;
  private final Path folder;
  private final Path model;
  private final LearnerFactory learners;

  private Deployment(KafkaSettings kafka, Path folder, Path model, LearnerFactory learners) {
    this.kafka = kafka;
    this.folder = folder;
    this.model = model;
    this.learners = learners;
  }

  /** With fresh topics on the shared broker, and a model. */
  public static Deployment create(String prefix, Path folder) {
    return create(prefix, folder, 1);
  }

  /** With so many partitions of preferences on the shared broker, and a model. */
  public static Deployment create(String prefix, Path folder, int partitions) {
    return create(SharedBroker.deployment(prefix), folder, partitions);
  }

  /** With fresh topics on a test's own cluster, and a model. */
  public static Deployment create(
      LocalCluster cluster, String prefix, Path folder, int partitions) {
    return create(settings(cluster, prefix), folder, partitions);
  }

  private static Deployment create(KafkaSettings kafka, Path folder, int partitions) {
    Topic<Preference> preferences = kafka.topics().preferences();
    try (Admin admin = kafka.admin()) {
      NewTopic topic = new NewTopic(preferences.name(), partitions, (short) 1);
      admin.createTopics(List.of(topic.configs(preferences.config()))).all().get();
      kafka.topics().ensure(admin);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    Path model = FakeLearner.writeModel(folder.resolve("model"), "weights at first");
    return new Deployment(kafka, folder, model, FakeLearner::new);
  }

  /** Over the topics that a cluster has already. */
  public static Deployment over(LocalCluster cluster, String prefix, Path folder) {
    return new Deployment(settings(cluster, prefix), folder, folder, FakeLearner::new);
  }

  private static KafkaSettings settings(LocalCluster cluster, String prefix) {
    return new KafkaSettings(
        cluster.bootstrapServers(), cluster.schemaRegistryUrl(), prefix + ".", Map.of());
  }

  /** This deployment with another model and learner. */
  public Deployment with(Path otherModel, LearnerFactory otherLearners) {
    return new Deployment(kafka, folder, otherModel, otherLearners);
  }

  public KafkaSettings kafka() {
    return kafka;
  }

  public Path folder(String runId) {
    return folder.resolve(runId);
  }

  public RunSpec spec(String runId) {
    return spec(runId, PreferenceSource.stream(), false);
  }

  public RunSpec spec(String runId, PreferenceSource source, boolean acceptConfig) {
    return new RunSpec(runId, model, model, folder(runId), source, acceptConfig);
  }

  /** Two pairs a step, so that few records make many steps. */
  public static TrainerConfig config(Map<String, String> changes) {
    StringBuilder text = new StringBuilder("per_device_train_batch_size: 2\n");
    text.append("checkpoint_steps: 3\npublish_steps: 2\n");
    changes.forEach((key, value) -> text.append(key).append(": ").append(value).append('\n'));
    return CanonicalConfig.parse(text.toString()).over(TrainerConfig.defaults());
  }

  public TrainerService trainer(RunSpec spec, TrainerConfig config) {
    return trainer(spec, config, LabelSmoothingAdvice.none(), failpoint -> {});
  }

  public TrainerService trainer(
      RunSpec spec, TrainerConfig config, LabelSmoothingAdvice advice, Failpoints failpoints) {
    return new TrainerService(
        config,
        spec,
        kafka,
        new TrainerService.Dependencies(
            learners, InstantSource.system(), TrainerListener.all(List.of()), advice, failpoints));
  }

  /** Trains a run in this process until it is complete. */
  public LedgerState train(String runId, TrainerConfig config) {
    trainer(spec(runId), config).run();
    return ledger(runId);
  }

  public LedgerState ledger(String runId) {
    return new LedgerReader(kafka).read(runId, record -> {});
  }

  public List<TrainingStep> records(String runId) {
    List<TrainingStep> records = new ArrayList<>();
    new LedgerReader(kafka).read(runId, records::add);
    return records;
  }

  public List<StepTaken> steps(String runId) {
    return records(runId).stream()
        .map(TrainingStep::getEvent)
        .filter(StepTaken.class::isInstance)
        .map(StepTaken.class::cast)
        .toList();
  }

  public List<PolicyVersion> versions(String runId) {
    List<PolicyVersion> versions = new ArrayList<>();
    var decoder = kafka.decoder(kafka.topics().policyVersions());
    for (ConsumerRecord<byte[], byte[]> record : read(kafka.topics().policyVersions().name())) {
      if (decoder.decode(record) instanceof Decoded.Value<PolicyVersion> v
          && v.value().getRunId().equals(runId)) {
        versions.add(v.value());
      }
    }
    return versions;
  }

  /** Every committed record of a topic. */
  public List<ConsumerRecord<byte[], byte[]>> read(String topic) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(kafka.consumer("test-reader"))) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < end.get(p))) {
        consumer.poll(POLL).forEach(records::add);
      }
    }
    return records;
  }

  /** Commits preferences, one transaction each ten, with aborted ones between. */
  public void prefer(int from, int to) {
    prefer(IntStream.range(from, to).mapToObj(Deployment::preference).toList());
  }

  /** Commits these. */
  public void prefer(List<Preference> preferences) {
    RecordEncoder encoder = kafka.encoder();
    Topic<Preference> topic = kafka.topics().preferences();
    send(
        preferences.stream()
            .map(preference -> encoder.encode(topic, preference.getPairId(), preference))
            .toList());
  }

  /**
   * Commits these as they are, ten a transaction; each second transaction is preceded by an aborted
   * one.
   */
  public void send(List<ProducerRecord<byte[], byte[]>> records) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            kafka.transactionalProducer("test-writer", "test-writer-" + kafka.topicPrefix()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer.initTransactions();
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (int start = 0; start < records.size(); start += 10) {
        var part = records.subList(start, Math.min(records.size(), start + 10));
        if (start % 20 == 10) {
          producer.beginTransaction();
          part.forEach(producer::send);
          producer.flush();
          producer.abortTransaction();
        }
        producer.beginTransaction();
        part.forEach(record -> sent.add(producer.send(record)));
        producer.commitTransaction();
      }
      awaitVisible(sent);
    }
  }

  /** A commit is answered before its markers are written, and until then no reader sees it. */
  private void awaitVisible(List<Future<RecordMetadata>> sent) {
    Map<TopicPartition, Long> last = new HashMap<>();
    for (Future<RecordMetadata> one : sent) {
      RecordMetadata record = metadata(one);
      last.merge(
          new TopicPartition(record.topic(), record.partition()), record.offset(), Math::max);
    }
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(kafka.consumer("test-reader"))) {
      Awaitility.await()
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(10))
          .until(
              () -> {
                Map<TopicPartition, Long> ends = consumer.endOffsets(last.keySet());
                return last.entrySet().stream().allMatch(e -> ends.get(e.getKey()) > e.getValue());
              });
    }
  }

  private static RecordMetadata metadata(Future<RecordMetadata> sent) {
    try {
      return sent.get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException("committed, but not sent", e);
    }
  }

  /** Writes a run's ledger, changed, for a deployment whose preferences are changed or not. */
  public void copyLedger(Deployment to, String runId, UnaryOperator<List<TrainingStep>> change) {
    RecordEncoder encoder = to.kafka.encoder();
    to.send(
        change.apply(records(runId)).stream()
            .map(
                record ->
                    encoder.encode(to.kafka.topics().trainingSteps(), runId, moved(record, to)))
            .toList());
  }

  private static TrainingStep moved(TrainingStep record, Deployment to) {
    SpecificRecord event = (SpecificRecord) record.getEvent();
    if (event instanceof RunConfigured configured) {
      event =
          RunConfigured.newBuilder(configured)
              .setPreferencesTopic(to.kafka.topics().preferences().name())
              .build();
    }
    return TrainingStep.newBuilder(record).setEvent(event).build();
  }

  /** The n-th preference: all different, and each the same in every test. */
  public static Preference preference(int n) {
    return Preference.newBuilder()
        .setPairId("pair-" + n)
        .setRunId("some sampler")
        .setPrompt(Prompt.newBuilder().setId("prompt-" + n).setText("text").build())
        .setPromptTokenIds(List.of(1, 2))
        .setChosen(completion(3, n % 90))
        .setRejected(completion(4, n % 90))
        .setContentHash("content-" + n)
        .setDecidedAt(Instant.EPOCH)
        .build();
  }

  public static Completion completion(Integer... ids) {
    return Completion.newBuilder()
        .setText("text")
        .setTokenIds(List.of(ids))
        .setFinishReason(FinishReason.STOP)
        .build();
  }
}
