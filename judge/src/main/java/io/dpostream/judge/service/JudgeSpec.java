package io.dpostream.judge.service;

import io.dpostream.judge.IdenticalCompletions;
import io.dpostream.judge.PairShare;
import io.dpostream.judge.human.HumanOptions;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.JudgeKind;
import io.dpostream.settings.Default;
import io.dpostream.settings.Doc;
import io.dpostream.settings.Flat;
import io.dpostream.settings.Require;
import java.util.Map;
import java.util.Optional;

/** One configured judge: what all types have, and the options of its own. */
public record JudgeSpec(
    @Doc("Its name in every judgment.") String id,
    @Doc("Type of judge: one of ours, or of a jar on the class path.") String type,
    @Doc("Part of the pairs that it sees, in (0, 1]; all from `share_from` on unless set.")
        Optional<Double> share,
    @Doc("Position in [0, 1) of the first pair that it sees.") @Default("0") double shareFrom,
    @Doc("How it gets its pairs; rules by `transactions` and models by `share_group` unless set.")
        Optional<Delivery> delivery,
    @Doc("Comparisons under way at once, in a share group.") @Default("64") int concurrency,
    @Doc("The options of its type.") @Flat Map<String, Object> options) {

  private static final int MOST_AT_ONCE = 1024;

  /** How pairs come to a judge and judgments go out. */
  public enum Delivery {
    /** Many pairs in one transaction, exactly once: for judges that answer at once. */
    TRANSACTIONS,
    /** Each pair under a lock of its own, at least once: for judges that take their time. */
    SHARE_GROUP
  }

  public JudgeSpec {
    options = Map.copyOf(options);
    Require.name("id", id);
    Require.between("share_from", shareFrom, 0, 1);
    double part = part(share, shareFrom);
    Require.that(
        part > 0 && end(part, shareFrom) <= 1,
        "share",
        part,
        "must be above 0, and at most 1 together with share_from");
    Require.between("concurrency", concurrency, 1, MOST_AT_ONCE);
  }

  /** The pairs that it sees. */
  PairShare pairShare() {
    return new PairShare(shareFrom, end(part(share, shareFrom), shareFrom));
  }

  /** Whether it judges a pair: one of its share, whose completions differ. */
  boolean judges(CompletionPair pair) {
    return pairShare().includes(pair.getPairId()) && !IdenticalCompletions.in(pair);
  }

  /** How it gets its pairs: as configured, or as suits its kind. */
  Delivery deliveryTo(JudgeKind kind) {
    return delivery.orElse(kind == JudgeKind.RULE ? Delivery.TRANSACTIONS : Delivery.SHARE_GROUP);
  }

  /** Whether people judge, who come to a page of theirs. */
  public boolean isHuman() {
    return type.equals(HumanOptions.TYPE);
  }

  private static double part(Optional<Double> share, double from) {
    return share.orElse(1 - from);
  }

  private static double end(double part, double from) {
    // sums such as .7 + .3 may exceed 1 in the last bit
    double end = from + part;
    return end > 1 && end < 1 + 1e-9 ? 1 : end;
  }
}
