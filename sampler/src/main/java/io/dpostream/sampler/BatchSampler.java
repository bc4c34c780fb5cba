package io.dpostream.sampler;

import io.dpostream.kafka.DeadLetters;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import io.dpostream.kafka.serde.RecordDecoder;
import io.dpostream.kafka.serde.RecordEncoder;
import io.dpostream.kafka.writing.Retry;
import io.dpostream.sampler.versions.ServedPolicy;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.Prompt;
import io.dpostream.settings.service.WorkEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Samples batches in a thread of its own, so that however long one takes, the sampler keeps its
 * place in the group. It decodes prompts and encodes pairs as well, which wait for the schema
 * registry. One batch at a time.
 */
final class BatchSampler implements AutoCloseable {
  private final PairGenerator generator;
  private final RecordDecoder<Prompt> decoder;
  private final RecordEncoder encoder;
  private final Topic<CompletionPair> topic;
  private final DeadLetters deadLetters;
  private final Retry retry;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(task -> new Thread(task, "sampler-engine"));

  BatchSampler(KafkaSettings kafka, PairGenerator generator, Retry retry) {
    this.generator = generator;
    this.decoder = kafka.decoder(kafka.topics().prompts());
    this.encoder = kafka.encoder();
    this.topic = kafka.topics().completionPairs();
    this.deadLetters = new DeadLetters(kafka.topics());
    this.retry = retry;
  }

  /** Begins to sample from prompts; the future fails as the engine does. */
  Future<List<SampledPrompt>> begin(ServedPolicy policy, List<FetchedPrompt> batch) {
    return thread.submit(() -> sample(policy, batch));
  }

  private List<SampledPrompt> sample(ServedPolicy policy, List<FetchedPrompt> batch) {
    List<PromptRecord> prompts = batch.stream().map(this::decoded).toList();
    List<SamplingResult> results;
    try (WorkEvent work = WorkEvent.begin("sampler", "generate", batch.size())) {
      results = generator.generate(policy, prompts);
    }
    List<SampledPrompt> sampled = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      sampled.add(new SampledPrompt(batch.get(i), results.get(i), records(results.get(i))));
    }
    return sampled;
  }

  private PromptRecord decoded(FetchedPrompt prompt) {
    return new PromptRecord(prompt.source(), retry.call(() -> decoder.decode(prompt.source())));
  }

  private List<ProducerRecord<byte[], byte[]>> records(SamplingResult result) {
    if (result instanceof SamplingResult.Refused refused) {
      return List.of(deadLetters.record(refused.source(), refused.reason()));
    }
    return ((SamplingResult.Pairs) result)
        .pairs().stream()
            .map(pair -> retry.call(() -> encoder.encode(topic, pair.getPairId(), pair)))
            .toList();
  }

  /** Gives up what is being sampled, and waits until its policy is no longer in use. */
  @Override
  public void close() {
    thread.shutdownNow();
    boolean interrupted = false;
    while (!thread.isTerminated()) {
      try {
        thread.awaitTermination(1, TimeUnit.DAYS);
      } catch (InterruptedException e) {
        interrupted = true; // the weights cannot be freed yet
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
