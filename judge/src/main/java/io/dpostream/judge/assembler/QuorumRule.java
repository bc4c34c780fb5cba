package io.dpostream.judge.assembler;

import io.dpostream.settings.UserException;
import java.util.Locale;

/** How the votes on a pair become one decision. */
enum QuorumRule {
  FIRST,
  MAJORITY,
  UNANIMOUS,
  WEIGHTED;

  static QuorumRule parse(String name) {
    for (QuorumRule rule : values()) {
      if (rule.name().toLowerCase(Locale.ROOT).equals(name)) {
        return rule;
      }
    }
    throw new UserException(
        "assembler.quorum: '" + name + "' should be first, majority, unanimous or weighted");
  }
}
