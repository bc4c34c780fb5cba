package io.dpostream.judge;

/**
 * What a judge says of a pair. A failure is never a preference: a judge that could not come to a
 * verdict abstains with the reason, or fails its future.
 */
public sealed interface Verdict {
  /** What stands behind it. */
  Evidence evidence();

  /**
   * One side is better.
   *
   * @param confidence probability in [0.5, 1] that it is
   */
  record Preferred(Side side, double confidence, Evidence evidence) implements Verdict {
    public Preferred {
      if (!(confidence >= 0.5 && confidence <= 1)) {
        throw new IllegalArgumentException("confidence: " + confidence + " is not in [0.5, 1]");
      }
    }

    public Preferred(Side side, double confidence) {
      this(side, confidence, Evidence.NONE);
    }
  }

  /** Neither side is better. */
  record Tie(Evidence evidence) implements Verdict {
    public Tie() {
      this(Evidence.NONE);
    }
  }

  /** No verdict; it counts for neither side, and not as a tie. */
  record Abstain(String reason, Evidence evidence) implements Verdict {
    public Abstain {
      if (reason.isBlank()) {
        throw new IllegalArgumentException("reason: an abstention says why");
      }
    }

    public Abstain(String reason) {
      this(reason, Evidence.NONE);
    }
  }
}
