package io.dpostream.pipeline.formats;

import io.dpostream.schemas.Message;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Finds TRL's implicit prompt: where chosen and rejected are whole dialogues, the prompt is their
 * common beginning. TRL's {@code extract_prompt} ends it where they first differ, or one element
 * before that when it is a space; and where one dialogue is the beginning of the other, before the
 * last element of the shorter one.
 *
 * <p>Between texts this can cut inside an answer: when both begin with the same words, these become
 * part of the prompt. Formats that mark their turns are split at the marks instead.
 */
final class CommonPrefix {
  private CommonPrefix() {}

  static PreferencePair.Standard split(String chosen, String rejected) {
    int end =
        firstDifference(
            Math.min(chosen.length(), rejected.length()),
            i -> chosen.charAt(i) != rejected.charAt(i));
    // TRL compares code points: never end between the halves of one
    if (end > 0 && Character.isHighSurrogate(chosen.charAt(end - 1))) {
      end--;
    }
    if (end > 0 && end < chosen.length() && chosen.charAt(end - 1) == ' ') {
      end--;
    }
    return new PreferencePair.Standard(
        chosen.substring(0, end), chosen.substring(end), rejected.substring(end));
  }

  static PreferencePair.Conversational split(List<Message> chosen, List<Message> rejected) {
    int end =
        firstDifference(
            Math.min(chosen.size(), rejected.size()), i -> !chosen.get(i).equals(rejected.get(i)));
    return new PreferencePair.Conversational(
        chosen.subList(0, end),
        chosen.subList(end, chosen.size()),
        rejected.subList(end, rejected.size()));
  }

  private static int firstDifference(int length, IntPredicate differs) {
    for (int i = 0; i < length; i++) {
      if (differs.test(i)) {
        return i;
      }
    }
    return Math.max(0, length - 1);
  }
}
