package io.dpostream.policy.text.jinja;

/**
 * A piece of a template.
 *
 * @param text the text of a TEXT, the name, the operator, or the decoded string
 * @param line where it begins, from 1
 */
record Token(Kind kind, String text, int line) {

  /** What a piece is. */
  enum Kind {
    TEXT,
    OUTPUT_BEGIN,
    OUTPUT_END,
    BLOCK_BEGIN,
    BLOCK_END,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR,
    END
  }

  boolean is(Kind wanted, String wantedText) {
    return kind == wanted && text.equals(wantedText);
  }

  /** The token as a message shows it. */
  String shown() {
    return switch (kind) {
      case END -> "the end of the template";
      case BLOCK_END -> "'%}'";
      case OUTPUT_END -> "'}}'";
      default -> "'" + text + "'";
    };
  }
}
