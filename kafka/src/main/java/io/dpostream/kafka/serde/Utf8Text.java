package io.dpostream.kafka.serde;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Tells text in UTF-8 from bytes that are none. */
final class Utf8Text {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  /** The bits that no byte of ASCII has. */
  private static final long ABOVE_ASCII = 0x8080_8080_8080_8080L;

  private static final int DECODED_AT_ONCE = 256;

  private Utf8Text() {}

  /** Whether the bytes from {@code start} to {@code end}, exclusive, are well-formed UTF-8. */
  static boolean isValid(byte[] bytes, int start, int end) {
    int position = start;
    while (end - position >= Long.BYTES && ((long) LONGS.get(bytes, position) & ABOVE_ASCII) == 0) {
      position += Long.BYTES;
    }
    while (position < end && bytes[position] >= 0) {
      position++;
    }
    return position == end || isDecodable(ByteBuffer.wrap(bytes, position, end - position));
  }

  private static boolean isDecodable(ByteBuffer text) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    CharBuffer ignored = CharBuffer.allocate(DECODED_AT_ONCE);
    CoderResult result;
    do {
      ignored.clear();
      result = decoder.decode(text, ignored, true);
    } while (result.isOverflow());
    return !result.isError();
  }
}
