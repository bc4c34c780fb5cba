package io.dpostream.sampler.feed;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.serde.RecordEncoder;
import io.dpostream.kafka.writing.Fencing;
import io.dpostream.kafka.writing.Retry;
import io.dpostream.kafka.writing.Transaction;
import io.dpostream.kafka.writing.TransactionalWriter;
import io.dpostream.sampler.SamplerRun;
import io.dpostream.schemas.Prompt;
import io.dpostream.settings.UserException;
import io.dpostream.settings.service.Lifecycle;
import io.dpostream.settings.service.Service;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds a run with the prompts of a file, over and over, and stamps the epoch on each. Of several
 * processes that feed the same, one does and the others wait for their turn; what it writes is
 * fenced by a transactional id of the run's. It continues where, by the topic, the previous one
 * stopped, and stays within a bound of prompts ahead of the samplers.
 */
public final class PromptFeeder implements Service {
  private static final Logger log = LoggerFactory.getLogger(PromptFeeder.class);
  private static final Duration POLL = Duration.ofMillis(100);

  private final String runId;
  private final FeederConfig config;
  private final KafkaSettings kafka;
  private final PromptsFile file;
  private final EpochPlan plan;
  private final Lifecycle lifecycle = new Lifecycle();
  private final Retry retry = Retry.untilStopped();

  /**
   * Reads the file.
   *
   * @throws UserException naming the line when it is malformed
   */
  public PromptFeeder(String runId, FeederConfig config, KafkaSettings kafka) {
    this.runId = runId;
    this.config = config;
    this.kafka = kafka;
    this.file = PromptsFile.read(Path.of(config.file()));
    this.plan = new EpochPlan(file.prompts(), config);
  }

  /**
   * Feeds, whenever it is this one's turn, until a stop is requested, the thread is interrupted or
   * the last epoch has ended.
   */
  @Override
  public void run() {
    lifecycle.run(this::work);
  }

  private void work() {
    String id = groupId(kafka, runId, config);
    try (FeederTurn turn = new FeederTurn(kafka, id);
        Admin admin = kafka.admin()) {
      SamplerOffsets used =
          new SamplerOffsets(
              admin, SamplerRun.groupId(kafka, runId), kafka.topics().prompts().name());
      boolean done = false;
      while (!done && !retry.isStopped()) {
        if (turn.isMine(POLL)) {
          done = feedFromTheLast(turn, admin, used, id);
        }
      }
    } catch (InterruptException e) {
      log.debug("stopped", e);
    }
  }

  /**
   * The consumer group in which feeders of one name take turns, and the transactional id of the one
   * whose turn it is. No name holds a slash, so they are nobody else's: with a hyphen, feeder
   * {@code 2} of run {@code exp} would be taken for the feeder of {@code exp-2}.
   */
  public static String groupId(KafkaSettings kafka, String runId, FeederConfig config) {
    return kafka.topicPrefix() + "feeder-" + name(runId, config);
  }

  /** Feeds while it is this one's turn; returns whether there is nothing left to feed. */
  private boolean feedFromTheLast(FeederTurn turn, Admin admin, SamplerOffsets used, String id) {
    try (TransactionalWriter writer =
        new TransactionalWriter(
            kafka.transactionalProducer(clientId(id), id),
            Fencing.of("feeder of run " + runId),
            retry)) {
      writer.takeOver();
      FedPrompts fed = new FedPrompts();
      Optional<FeedPosition> last =
          new FeedHistory(feeder(), kafka, admin, retry).replay(retry.call(used::read), fed);
      return feed(turn, writer, used, fed, last.map(plan::after).orElseGet(plan::first));
    } catch (UserException e) {
      if (!Fencing.isFenced(e)) {
        throw e;
      }
      log.info("another feeder of run {} has the turn", runId);
      return false;
    }
  }

  /** Kafka's meters quote a client's id if it has other characters than names have. */
  static String clientId(String groupId) {
    return groupId.replace('/', '-');
  }

  /** Whose prompts they are: the run's, and of several feeders this one's. */
  private String feeder() {
    return name(runId, config);
  }

  private static String name(String runId, FeederConfig config) {
    return config.feeder().isEmpty() ? runId : runId + "/" + config.feeder();
  }

  @Override
  public void requestStop() {
    lifecycle.requestStop();
    retry.stop();
  }

  @Override
  public boolean awaitStopped(Duration limit) throws InterruptedException {
    return lifecycle.awaitStopped(limit);
  }

  private boolean feed(
      FeederTurn turn,
      TransactionalWriter writer,
      SamplerOffsets used,
      FedPrompts fed,
      FeedPosition start) {
    RecordEncoder encoder = kafka.encoder();
    FeedPosition next = start;
    Duration patience = Duration.ZERO;
    while (!retry.isStopped() && isWanted(next)) {
      if (!turn.isMine(patience)) {
        return false;
      }
      retry.call(used::read).forEach(fed::usedBefore);
      if (fed.ahead() > config.maxAhead() / 2) {
        patience = POLL;
        continue;
      }
      patience = Duration.ZERO;
      List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
      while (fed.ahead() + records.size() < config.maxAhead() && isWanted(next)) {
        FeedPosition position = next;
        records.add(retry.call(() -> record(encoder, position)));
        next = plan.after(next);
      }
      for (RecordMetadata sent : writer.commit(Transaction.of(records))) {
        fed.sent(sent.partition(), sent.offset());
      }
    }
    return !retry.isStopped();
  }

  private ProducerRecord<byte[], byte[]> record(RecordEncoder encoder, FeedPosition position) {
    Prompt prompt =
        Prompt.newBuilder(file.prompts().get(plan.prompt(position)))
            .setEpoch(position.epoch())
            .build();
    ProducerRecord<byte[], byte[]> record =
        encoder.encode(kafka.topics().prompts(), prompt.getId(), prompt);
    position.write(record.headers(), feeder());
    return record;
  }

  private boolean isWanted(FeedPosition position) {
    return config.epochs() == 0 || position.epoch() < config.epochs();
  }
}
