package io.dpostream.pipeline.evaluation;

/**
 * How often the policy's completion was preferred to the reference's, the other way, or neither.
 */
public record WinRate(long wins, long losses, long ties) {

  public static final WinRate NONE = new WinRate(0, 0, 0);

  /** Comparisons that one side won. */
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

  /** One comparison: positive when the policy won, negative when it lost, 0 for a tie. */
  static WinRate of(int sign) {
    return new WinRate(sign > 0 ? 1 : 0, sign < 0 ? 1 : 0, sign == 0 ? 1 : 0);
  }
}
