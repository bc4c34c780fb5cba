package io.dpostream.policy.torch;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes the file format of a TorchScript module without Python: a zip of stored entries with the
 * source of one class and a pickle of its single instance.
 */
final class TorchArchive {
  private static final Pattern CLASS = Pattern.compile("(?m)^class (\\w+)\\(Module\\):");
  private static final byte[] EMPTY_TUPLE_PICKLE = {(byte) 0x80, 2, ')', '.'};
  private static final String FORMAT_VERSION = "10\n";

  private TorchArchive() {}

  /**
   * @param source a class of TorchScript's serialized dialect, derived from {@code Module}
   * @param attributes values of its annotated attributes other than {@code training}: Boolean,
   *     Integer or Double
   */
  static byte[] write(String source, Map<String, ?> attributes) {
    Matcher name = CLASS.matcher(source);
    if (!name.find()) {
      throw new IllegalArgumentException("no 'class NAME(Module):' in the TorchScript source");
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      store(zip, "data.pkl", instance(name.group(1), attributes));
      store(zip, "code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
      store(zip, "constants.pkl", EMPTY_TUPLE_PICKLE);
      store(zip, "version", FORMAT_VERSION.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** Python pickle, protocol 2: {@code object.__new__(class)}, then its state as a dict. */
  private static byte[] instance(String className, Map<String, ?> attributes) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.write(new byte[] {(byte) 0x80, 2});
    out.writeBytes("c__torch__\n" + className + "\n");
    out.writeBytes(")\u0081}(");
    item(out, "training", false);
    for (Map.Entry<String, ?> attribute : attributes.entrySet()) {
      item(out, attribute.getKey(), attribute.getValue());
    }
    out.writeBytes("ub.");
    return bytes.toByteArray();
  }

  private static void item(DataOutputStream out, String name, Object value) throws IOException {
    out.writeByte('X');
    out.writeInt(Integer.reverseBytes(name.length()));
    out.writeBytes(name);
    if (value instanceof Boolean flag) {
      out.writeByte(flag ? 0x88 : 0x89);
    } else if (value instanceof Integer number) {
      out.writeByte('J');
      out.writeInt(Integer.reverseBytes(number));
    } else if (value instanceof Double number) {
      out.writeByte('G');
      out.writeDouble(number);
    } else {
      throw new IllegalArgumentException(name + ": no attribute of " + value.getClass());
    }
  }

  private static void store(ZipOutputStream zip, String name, byte[] data) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(data);
    ZipEntry entry = new ZipEntry("program/" + name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(data.length);
    entry.setCrc(crc.getValue());
    entry.setTime(0);
    zip.putNextEntry(entry);
    zip.write(data);
    zip.closeEntry();
  }
}
