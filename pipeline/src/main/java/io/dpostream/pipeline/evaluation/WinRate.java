package io.dpostream.pipeline.evaluation;

/** Counts of comparisons that the policy won, the reference won, or neither did. */
public record WinRate(long wins, long losses, long ties) {

  public static final WinRate NONE = new WinRate(0, 0, 0);

  /** Number of comparisons that one side won. */
  public long decided() {
    return wins + losses;
  }

  /** The policy's share of the decided comparisons; one half when there are none. */
  public double rate() {
    return decided() == 0 ? 0.5 : (double) wins / decided();
  }

  /** Wilson's interval of {@link #rate} at 95 %. */
  public Interval interval() {
    return Interval.wilson95(wins, decided());
  }

  public WinRate plus(WinRate other) {
    return new WinRate(wins + other.wins, losses + other.losses, ties + other.ties);
  }

  /** Adds a comparison: positive when the policy won, negative when it lost, 0 for a tie. */
  static WinRate of(int sign) {
    return new WinRate(sign > 0 ? 1 : 0, sign < 0 ? 1 : 0, sign == 0 ? 1 : 0);
  }
}
