package io.dpostream.judge.human;

/**
 * How far the work and one person are.
 *
 * @param voted pairs this person has answered, skips included
 * @param open pairs that still need somebody
 * @param people how often others who judged this person's pairs say the same
 * @param machines the same for judges that are no people
 */
public record Progress(long voted, long open, Agreement people, Agreement machines) {
  /** Nothing done and nothing to do. */
  static final Progress NONE = new Progress(0, 0, Agreement.NONE, Agreement.NONE);

  Progress plus(Progress other) {
    return new Progress(
        voted + other.voted,
        open + other.open,
        people.plus(other.people),
        machines.plus(other.machines));
  }

  /**
   * Verdicts of others on pairs that this person has judged; abstentions do not count.
   *
   * @param compared all of them
   * @param agreed those that say the same
   */
  public record Agreement(long compared, long agreed) {
    /** Nothing to compare with. */
    public static final Agreement NONE = new Agreement(0, 0);

    Agreement plus(Agreement other) {
      return new Agreement(compared + other.compared, agreed + other.agreed);
    }
  }
}
