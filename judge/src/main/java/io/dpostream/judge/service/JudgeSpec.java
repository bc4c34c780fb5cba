package io.dpostream.judge.service;

import io.dpostream.judge.JudgeOptions;
import io.dpostream.judge.PairShare;
import io.dpostream.judge.human.HumanOptions;
import io.dpostream.schemas.JudgeKind;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One configured judge.
 *
 * @param id its name in every judgment
 * @param type of judge, see {@link io.dpostream.judge.JudgeFactory#name}
 * @param share the pairs it sees
 * @param delivery how it gets them, where that is set
 * @param concurrency comparisons under way at once
 * @param options the rest, which the type reads
 */
public record JudgeSpec(
    String id,
    String type,
    PairShare share,
    Optional<Delivery> delivery,
    int concurrency,
    JudgeOptions options) {

  /** How pairs come to a judge and judgments go out. */
  public enum Delivery {
    /** Many pairs in one transaction, exactly once: for judges that answer at once. */
    TRANSACTIONS,
    /** Each pair under a lock of its own, at least once: for judges that take their time. */
    SHARE_GROUP
  }

  /** How it gets its pairs: as configured, or as suits its kind. */
  Delivery deliveryTo(JudgeKind kind) {
    return delivery.orElse(kind == JudgeKind.RULE ? Delivery.TRANSACTIONS : Delivery.SHARE_GROUP);
  }

  /** Whether people judge, who come to a page of theirs. */
  public boolean isHuman() {
    return type.equals(HumanOptions.TYPE);
  }

  /**
   * Reads {@code id}, {@code type}, {@code share} (a part in (0, 1]), {@code share_from}, {@code
   * delivery}, {@code concurrency}; every other key is an option of the type.
   */
  public static JudgeSpec of(String path, Map<String, ?> values) {
    JudgeOptions own = new JudgeOptions(path, values);
    String id = own.required("id");
    if (!id.matches("[a-zA-Z0-9._-]+")) {
      own.refuse("id", id, "a name of letters, digits, '.', '_' and '-'");
    }
    double from = own.number("share_from", 0, 0, 1);
    double part = own.number("share", 1 - from, 0, 1);
    Map<String, Object> rest = new HashMap<>(values);
    rest.keySet()
        .removeAll(
            java.util.Set.of("id", "type", "share", "share_from", "delivery", "concurrency"));
    return new JudgeSpec(
        id,
        own.required("type"),
        share(own, from, part),
        own.string("delivery").map(set -> own.choice("delivery", Delivery.TRANSACTIONS)),
        own.integer("concurrency", 64, 1, 1024),
        new JudgeOptions(path, rest));
  }

  private static PairShare share(JudgeOptions own, double from, double part) {
    // sums such as .7 + .3 may exceed 1 in the last bit
    double to = Math.min(from + part, from + part < 1 + 1e-9 ? 1 : 2);
    return from < to && to <= 1
        ? new PairShare(from, to)
        : own.refuse("share", part, "above 0, and at most 1 together with share_from");
  }
}
