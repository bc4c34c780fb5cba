package io.dpostream.benchmarks.judging;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import io.dpostream.kafka.serde.RecordEncoder;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.ContentHash;
import io.dpostream.schemas.FinishReason;
import io.dpostream.schemas.Prompt;
import io.dpostream.schemas.SamplingParameters;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Makes pairs with tokens and log-probabilities on both sides, one of them with the right answer,
 * so that a reference judge prefers it. With 48 tokens a side, a pair takes about one KiB.
 */
public final class SyntheticPairs {
  private static final int TOKENS = 48;

  private SyntheticPairs() {}

  /** Encoded pairs, each with an id of its own. */
  static List<ProducerRecord<byte[], byte[]>> records(KafkaSettings kafka, int count) {
    Topic<CompletionPair> topic = kafka.topics().completionPairs();
    RecordEncoder encoder = kafka.encoder();
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      CompletionPair pair = pair(UUID.randomUUID().toString().replace("-", ""), i, TOKENS);
      records.add(encoder.encode(topic, pair.getPairId(), pair));
    }
    return records;
  }

  /**
   * Makes one pair.
   *
   * @param tokens of each completion
   */
  public static CompletionPair pair(String id, int index, int tokens) {
    List<Integer> promptIds = IntStream.range(0, 16).boxed().toList();
    Completion right = completion("4. " + "x".repeat(40), tokens);
    Completion wrong = completion("It is 5. " + "x".repeat(40), tokens);
    Completion first = index % 2 == 0 ? right : wrong;
    Completion second = index % 2 == 0 ? wrong : right;
    return CompletionPair.newBuilder()
        .setPairId(id)
        .setRunId("benchmark")
        .setPrompt(
            Prompt.newBuilder()
                .setId("prompt-" + index)
                .setText("How much is 2 plus 2?")
                .setReferenceAnswer("4")
                .build())
        .setPromptPartition(0)
        .setPromptOffset(index)
        .setPromptTokenIds(promptIds)
        .setGroupId(id)
        .setSampleIndex(0)
        .setFirst(first)
        .setSecond(second)
        .setPolicyVersion(0)
        .setPolicySha256("ab".repeat(32))
        .setSampling(SamplingParameters.newBuilder().setTemperature(1).setMaxNewTokens(48).build())
        .setSeed(0)
        .setContentHash(ContentHash.of(promptIds, first, second))
        .setCreatedAt(Instant.EPOCH)
        .build();
  }

  private static Completion completion(String text, int tokens) {
    List<Float> logprobs = Collections.nCopies(tokens, -1.25f);
    return Completion.newBuilder()
        .setText(text)
        .setTokenIds(IntStream.range(200, 200 + tokens).boxed().toList())
        .setLogprobs(logprobs)
        .setSamplingLogprobs(logprobs)
        .setFinishReason(FinishReason.STOP)
        .build();
  }
}
