package io.dpostream.judge.human;

import io.dpostream.judge.Side;
import io.dpostream.schemas.VerdictKind;
import java.util.Locale;
import java.util.Optional;

/** What a person can answer, in terms of the page. */
public enum Choice {
  LEFT,
  RIGHT,
  TIE,
  SKIP;

  /** The choice of a name in lower case. */
  static Optional<Choice> parse(String name) {
    for (Choice choice : values()) {
      if (choice.label().equals(name)) {
        return Optional.of(choice);
      }
    }
    return Optional.empty();
  }

  /** The choice that gives a verdict, given which side of the pair stands on the left. */
  static Choice of(VerdictKind verdict, Side left) {
    return switch (verdict) {
      case FIRST -> left == Side.FIRST ? LEFT : RIGHT;
      case SECOND -> left == Side.SECOND ? LEFT : RIGHT;
      case TIE -> TIE;
      case ABSTAIN -> SKIP;
    };
  }

  /** The verdict on the pair, given which of its sides stands on the left. */
  VerdictKind verdict(Side left) {
    return switch (this) {
      case LEFT -> kind(left);
      case RIGHT -> kind(left.other());
      case TIE -> VerdictKind.TIE;
      case SKIP -> VerdictKind.ABSTAIN;
    };
  }

  /** Its name on the page. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static VerdictKind kind(Side side) {
    return side == Side.FIRST ? VerdictKind.FIRST : VerdictKind.SECOND;
  }
}
