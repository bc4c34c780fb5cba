package io.dpostream.tinymodel.corpus;

/**
 * Size and make-up of a corpus.
 *
 * @param seed seed of all random choices
 * @param demonstrations number of answers to each question
 * @param correct share of right answers
 * @param wordy share of answers in more words than needed, among right and wrong ones alike
 * @param heldOut share of the facts that have a held-out question
 */
public record CorpusOptions(
    long seed, int demonstrations, double correct, double wordy, double heldOut) {
  public CorpusOptions {
    require(demonstrations > 0, "demonstrations", demonstrations, "a positive number");
    require(correct >= 0 && correct <= 1, "correct", correct, "a share from 0 to 1");
    require(wordy >= 0 && wordy <= 1, "wordy", wordy, "a share from 0 to 1");
    require(heldOut > 0 && heldOut < 1, "held_out", heldOut, "a share between 0 and 1");
  }

  /** The options of the shipped model. */
  public static CorpusOptions defaults() {
    return new CorpusOptions(17, 3, 0.35, 0.65, 0.25);
  }

  /** Changes the seed alone. */
  public CorpusOptions withSeed(long newSeed) {
    return new CorpusOptions(newSeed, demonstrations, correct, wordy, heldOut);
  }

  private static void require(boolean holds, String key, Object value, String fix) {
    if (!holds) {
      throw new IllegalArgumentException(key + ": " + value + "; give " + fix);
    }
  }
}
