package io.dpostream.tinymodel;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The letters by which byte-level tokenizers write bytes: printable Latin-1 as itself, the other
 * bytes as the letters from U+0100 on, in order.
 */
final class ByteLetters {
  private static final int FIRST_SUBSTITUTE = 0x100;
  private static final List<String> LETTERS = letters();

  private ByteLetters() {}

  /** The letter of each byte, from 0 to 255. */
  static List<String> all() {
    return LETTERS;
  }

  /** Writes a text's UTF-8 bytes as letters. */
  static List<String> of(String text) {
    List<String> letters = new ArrayList<>();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      letters.add(LETTERS.get(Byte.toUnsignedInt(b)));
    }
    return letters;
  }

  private static List<String> letters() {
    List<String> letters = new ArrayList<>();
    int substitutes = 0;
    for (int b = 0; b < 256; b++) {
      int letter = isPrintable(b) ? b : FIRST_SUBSTITUTE + substitutes++;
      letters.add(Character.toString(letter));
    }
    return List.copyOf(letters);
  }

  private static boolean isPrintable(int b) {
    return (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || (b >= 0xAE && b <= 0xFF);
  }
}
