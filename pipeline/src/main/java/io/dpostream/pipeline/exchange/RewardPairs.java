package io.dpostream.pipeline.exchange;

import io.dpostream.files.RowRefusedException;
import io.dpostream.files.RowReport;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import io.dpostream.kafka.reading.TopicScan;
import io.dpostream.pipeline.formats.PreferenceFormat;
import io.dpostream.pipeline.formats.PreferenceRow;
import io.dpostream.pipeline.formats.RewardPairEncoder;
import io.dpostream.schemas.Preference;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.reward.RewardPair;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Reads the pairs that a reward model learns from, from a file or a topic of preferences. */
public final class RewardPairs {
  private final RewardPairEncoder encoder;
  private final Consumer<String> remarks;

  /**
   * @param remarks takes a line on each reason why something could not be used
   */
  public RewardPairs(RewardPairEncoder encoder, Consumer<String> remarks) {
    this.encoder = encoder;
    this.remarks = remarks;
  }

  /**
   * Reads all pairs of a file, in its order.
   *
   * @throws UserException if there is none, or the file cannot be read
   */
  public List<RewardPair> ofFile(Path file) {
    List<RewardPair> pairs = new ArrayList<>();
    RowReport report =
        PreferenceRow.read(file, PreferenceFormat.AUTO, row -> pairs.add(encoder.encode(row)));
    report.requireAccepted(file);
    report.reasons().forEach(remarks);
    return pairs;
  }

  /**
   * Reads all pairs of a topic; for a pair that was corrected, the newest revision.
   *
   * @throws UserException if there is none, or the topic cannot be read
   */
  public List<RewardPair> ofTopic(KafkaSettings kafka, Topic<Preference> topic) {
    List<Preference> all = new ArrayList<>();
    new TopicScan(kafka).read(topic, at -> all.add(at.value()));
    List<RewardPair> pairs = new ArrayList<>();
    for (Preference newest : newestRevisions(all)) {
      encode(() -> encoder.encode(newest), "pair " + newest.getPairId(), pairs);
    }
    return required(pairs, "topic " + topic.name());
  }

  /**
   * Keeps one preference for each pair, in the order of first appearance; the earlier of equals
   * wins.
   */
  static Collection<Preference> newestRevisions(List<Preference> preferences) {
    Map<String, Preference> newest = new LinkedHashMap<>();
    for (Preference preference : preferences) {
      newest.merge(
          preference.getPairId(), preference, (a, b) -> b.getRevision() > a.getRevision() ? b : a);
    }
    return newest.values();
  }

  private void encode(Supplier<RewardPair> encoded, String what, List<RewardPair> pairs) {
    try {
      pairs.add(encoded.get());
    } catch (RowRefusedException e) {
      remarks.accept(what + ": " + e.getMessage());
    }
  }

  private static List<RewardPair> required(List<RewardPair> pairs, String source) {
    if (pairs.isEmpty()) {
      throw new UserException(source + ": has no preference that can be used");
    }
    return pairs;
  }
}
