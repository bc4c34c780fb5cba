package io.dpostream.sampler.versions;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.reading.TopicTail;
import io.dpostream.kafka.serde.Decoded;
import io.dpostream.kafka.serde.RecordDecoder;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.settings.UserException;
import io.dpostream.settings.service.WorkEvent;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Watches the published versions of a run. A thread of its own loads the newest one while the
 * current one samples, and verifies its hash; the sampling thread takes it between two batches. A
 * version that cannot be loaded, or is not what its record says, is refused, and the previous one
 * continues.
 */
public final class PolicyVersions implements AutoCloseable {

  /** Is notified, in the loading thread, of what happens to versions. */
  public interface Listener {
    /** The version is in memory and verified; the next batch is sampled with it. */
    void loaded(PolicyVersion version);

    /** The version cannot be loaded now and will be tried again; the reason is one line. */
    default void waiting(PolicyVersion version, String reason) {}

    /** The version cannot be used; the reason is one line. */
    void refused(PolicyVersion version, String reason);
  }

  private final String runId;
  private final String topic;
  private final RecordDecoder<PolicyVersion> decoder;
  private final SamplingEngine engine;
  private final Listener listener;
  private final VersionChoice choice = new VersionChoice();
  private final PolicySlot slot = new PolicySlot();
  private final TopicTail tail;

  public PolicyVersions(
      String runId, KafkaSettings kafka, SamplingEngine engine, Listener listener) {
    this.runId = runId;
    this.topic = kafka.topics().policyVersions().name();
    this.decoder = kafka.decoder(kafka.topics().policyVersions());
    this.engine = engine;
    this.listener = listener;
    this.tail =
        new TopicTail(
            kafka,
            "sampler-versions-" + runId,
            Map.of(kafka.topics().policyVersions(), this::read),
            this::loadBest);
  }

  /** Starts watching. */
  public void start() {
    tail.start();
  }

  /**
   * Returns the policy to sample the next batch with, if one was published and loaded. It stays
   * open until the next call.
   *
   * @throws UserException when a record of the run on {@code policy-versions} cannot be read
   */
  public Optional<ServedPolicy> take() {
    tail.check();
    return slot.take();
  }

  /** Stops watching and closes the policies; called after the last batch. */
  @Override
  public void close() {
    engine.stopLoading();
    tail.close();
    slot.close();
  }

  private void read(ConsumerRecord<byte[], byte[]> source) {
    String key = source.key() == null ? "" : new String(source.key(), StandardCharsets.UTF_8);
    if (!key.startsWith(runId + "/")) {
      return;
    }
    if (source.value() == null) {
      choice.delete(versionIn(key, source));
      return;
    }
    Decoded<PolicyVersion> decoded = decoder.decode(source);
    if (decoded instanceof Decoded.Undecodable<PolicyVersion> bad) {
      throw unusable(source, bad.error());
    }
    if (decoded instanceof Decoded.Value<PolicyVersion> value) {
      PolicyVersion version = value.value();
      if (!version.getRunId().equals(runId) || version.getVersion() != versionIn(key, source)) {
        throw unusable(
            source, "holds version %s/%d".formatted(version.getRunId(), version.getVersion()));
      }
      choice.read(version);
    }
  }

  private void loadBest() {
    slot.closeFormer();
    Optional<PolicyVersion> best = choice.best();
    if (best.isEmpty() || best.map(PolicyVersion::getVersion).equals(slot.version())) {
      return;
    }
    PolicyVersion version = best.get();
    try (WorkEvent work = WorkEvent.begin("sampler", "load", version.getVersion())) {
      slot.makeRoom();
      slot.offer(new ServedPolicy(version.getVersion(), loadVerified(version)));
      listener.loaded(version);
    } catch (EngineUnavailableException e) {
      listener.waiting(version, String.valueOf(e.getMessage())); // tried again with the next poll
    } catch (RuntimeException e) {
      choice.refuse(version.getVersion());
      listener.refused(version, String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }
  }

  private LoadedPolicy loadVerified(PolicyVersion version) {
    LoadedPolicy policy = engine.load(version);
    if (!policy.sha256().equals(version.getSha256())) {
      String loaded = policy.sha256();
      policy.close();
      throw new UserException(
          "%s: its weights have SHA-256 %s, published was %s"
              .formatted(version.getUri(), loaded, version.getSha256()));
    }
    return policy;
  }

  private long versionIn(String key, ConsumerRecord<byte[], byte[]> source) {
    try {
      return Long.parseLong(key.substring(runId.length() + 1));
    } catch (NumberFormatException e) {
      throw unusable(source, "its key " + key + " names no version");
    }
  }

  private UserException unusable(ConsumerRecord<byte[], byte[]> source, String reason) {
    return new UserException(
        "%s: the record at %d-%d cannot be used (%s); publish the version again or delete its key"
            .formatted(topic, source.partition(), source.offset(), reason));
  }
}
