package io.dpostream.pipeline.judges;

import io.dpostream.judge.stats.JudgeHistory;
import io.dpostream.judge.stats.JudgeReport;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.reading.TopicTail;
import io.dpostream.kafka.serde.Decoded;
import io.dpostream.kafka.serde.RecordDecoder;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.Preference;
import java.util.List;
import java.util.Map;

/**
 * Follows a run's judgments and preferences in a thread of its own and measures its judges on the
 * newest pairs, again and again as they grow. Thread-safe.
 */
public final class JudgeWatch implements AutoCloseable {
  /** The default number of pairs to remember: some hundred megabytes at most. */
  public static final int PAIRS = 100_000;

  private static final long MIN_NEW_JUDGMENTS = 100;
  private static final long SHARE_OF_NEW_JUDGMENTS = 20;
  private static final long SEED = 1;

  private final JudgeHistory history;
  private final TopicTail tail;
  private volatile JudgeSummary summary = JudgeSummary.EMPTY;

  /**
   * Creates a watch that reads nothing before {@link #start}.
   *
   * @param pairs number of pairs to remember
   */
  public JudgeWatch(KafkaSettings kafka, int pairs) {
    this.history = new JudgeHistory(pairs);
    RecordDecoder<Judgment> judgments = kafka.decoder(kafka.topics().judgments());
    RecordDecoder<Preference> preferences = kafka.decoder(kafka.topics().preferences());
    this.tail =
        new TopicTail(
            kafka,
            "dpo-judges",
            Map.of(
                kafka.topics().judgments(),
                record -> {
                  if (judgments.decode(record) instanceof Decoded.Value<Judgment> judgment) {
                    history.add(judgment.value());
                  }
                },
                kafka.topics().preferences(),
                record -> {
                  if (preferences.decode(record) instanceof Decoded.Value<Preference> label) {
                    history.add(label.value());
                  }
                }),
            this::measureWhatIsNew);
  }

  /** Starts reading, from the beginning of both topics. */
  public void start() {
    tail.start();
  }

  /** The last measurement; empty until everything that was there at the start has been read. */
  public JudgeSummary summary() {
    tail.check();
    return summary;
  }

  /** Waits for the first measurement. */
  public JudgeSummary await() throws InterruptedException {
    while (!tail.isCaughtUp() || summary == JudgeSummary.EMPTY) {
      Thread.sleep(20);
    }
    return summary();
  }

  /** Measures, in the reading thread, at a cost in proportion to what is remembered. */
  private void measureWhatIsNew() {
    long all = history.judgments();
    long fresh = all - summary.judgments();
    if (summary == JudgeSummary.EMPTY
        || fresh >= Math.max(MIN_NEW_JUDGMENTS, all / SHARE_OF_NEW_JUDGMENTS)) {
      List<JudgeReport> reports = history.reports(SEED);
      summary = new JudgeSummary(all, reports, history.labelNoise(reports));
    }
  }

  @Override
  public void close() {
    tail.close();
  }
}
