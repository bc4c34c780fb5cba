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
 * Feeds a run with the prompts of a file, over and over, and stamps the epoch on each. A run has
 * one feeder: its transactional id is derived from the run's, so a second one takes over. It
 * continues where, by the topic, the previous one stopped, and stays within a bound of prompts
 * ahead of the sampler.
 */
public final class PromptFeeder implements Service {
  private static final Logger log = LoggerFactory.getLogger(PromptFeeder.class);
  private static final Duration POLL = Duration.ofMillis(100);

  private final String runId;
  private final FeederConfig config;
  private final KafkaSettings kafka;
  private final PromptsFile file;
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
  }

  /**
   * Feeds until a stop is requested, the thread is interrupted or the last epoch has ended.
   *
   * @throws UserException when a newer feeder of the run has taken over
   */
  @Override
  public void run() {
    lifecycle.run(this::work);
  }

  private void work() {
    String id = kafka.topicPrefix() + "feeder-" + runId;
    try (TransactionalWriter writer =
            new TransactionalWriter(
                kafka.transactionalProducer(id, id), Fencing.of("feeder of run " + runId), retry);
        Admin admin = kafka.admin()) {
      writer.takeOver();
      SamplerOffsets used = new SamplerOffsets(admin, SamplerRun.groupId(kafka, runId));
      FedPrompts fed = new FedPrompts();
      Optional<FeedPosition> last =
          new FeedHistory(runId, kafka, retry).replay(retry.call(used::read), fed);
      feed(writer, used, fed, last.map(p -> p.next(size())).orElse(FeedPosition.START));
    } catch (InterruptException e) {
      log.debug("stopped", e);
    }
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

  private void feed(
      TransactionalWriter writer, SamplerOffsets used, FedPrompts fed, FeedPosition start) {
    RecordEncoder encoder = kafka.encoder();
    FeedPosition next = start;
    while (!retry.isStopped() && isWanted(next)) {
      retry.call(used::read).forEach((p, offset) -> fed.usedBefore(p.partition(), offset));
      if (fed.ahead() > config.maxAhead() / 2) {
        retry.pause(POLL);
        continue;
      }
      List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
      while (fed.ahead() + records.size() < config.maxAhead() && isWanted(next)) {
        FeedPosition position = next;
        records.add(retry.call(() -> record(encoder, position)));
        next = next.next(size());
      }
      for (RecordMetadata sent : writer.commit(Transaction.of(records))) {
        fed.sent(sent.partition(), sent.offset());
      }
    }
  }

  private ProducerRecord<byte[], byte[]> record(RecordEncoder encoder, FeedPosition position) {
    Prompt prompt =
        Prompt.newBuilder(file.prompts().get(position.index())).setEpoch(position.epoch()).build();
    ProducerRecord<byte[], byte[]> record =
        encoder.encode(kafka.topics().prompts(), prompt.getId(), prompt);
    position.write(record.headers(), runId);
    return record;
  }

  private boolean isWanted(FeedPosition position) {
    return config.epochs() == 0 || position.epoch() < config.epochs();
  }

  private int size() {
    return file.prompts().size();
  }
}
