package io.dpostream.sampler.pacing;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Tells whether a sampler's counts are recent enough to act on: whether they include what other
 * samplers had committed a moment ago, and, after partitions have changed hands, all that their
 * former owners ever wrote. Used by one thread, which it never blocks after its creation.
 */
public final class SharedCounts implements AutoCloseable {
  private final Admin admin;
  private final PacingFollower follower;
  private final Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
  private Optional<Question> asked = Optional.empty();
  private boolean complete;

  private record Question(
      IsolationLevel level, KafkaFuture<Map<TopicPartition, ListOffsetsResultInfo>> answer) {}

  /**
   * @param follower keeps the counts
   */
  public SharedCounts(KafkaSettings kafka, PacingFollower follower) {
    this.admin = kafka.admin();
    this.follower = follower;
    String pairs = kafka.topics().completionPairs().name();
    int partitions = Topics.partitions(admin, Set.of(pairs)).getOrDefault(pairs, 1);
    for (int partition = 0; partition < partitions; partition++) {
      ends.put(new TopicPartition(pairs, partition), OffsetSpec.latest());
    }
  }

  /**
   * Distrusts the counts until they include every pair that anybody has begun to write, whether its
   * transaction has ended or not: a former owner of prompts may have committed pairs that an open
   * transaction before them still hides.
   */
  public void distrust() {
    complete = false;
    asked = Optional.of(ask(IsolationLevel.READ_UNCOMMITTED));
  }

  /**
   * Whether the counts are recent, for one decision. Where others sample, each decision asks the
   * broker anew; call it again until it is true.
   */
  public boolean areRecent(Share share) {
    if (asked.isEmpty()) {
      if (complete && share.isWhole()) {
        return true;
      }
      asked = Optional.of(ask(IsolationLevel.READ_COMMITTED));
    }
    Question question = asked.get();
    if (!question.answer.isDone()) {
      return false;
    }
    Optional<Map<TopicPartition, Long>> answer = answer(question);
    if (answer.isEmpty()) {
      asked = Optional.of(ask(question.level));
      return false;
    }
    if (!follower.hasCounted(answer.get())) {
      return false;
    }
    complete = true;
    asked = Optional.empty();
    return true;
  }

  /** Throws the failure that ended the counting, if there was one. */
  public void check() {
    follower.check();
  }

  /** Whether an answer is waited for. */
  public boolean isAsking() {
    return asked.isPresent();
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(5));
  }

  private Question ask(IsolationLevel level) {
    return new Question(level, admin.listOffsets(ends, new ListOffsetsOptions(level)).all());
  }

  private static Optional<Map<TopicPartition, Long>> answer(Question question) {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    try {
      question.answer.get().forEach((partition, end) -> offsets.put(partition, end.offset()));
      return Optional.of(offsets);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } catch (ExecutionException brokerAway) {
      return Optional.empty(); // asked again; whoever writes meanwhile tells of the outage
    }
  }
}
