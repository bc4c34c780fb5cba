package io.dpostream.judge;

import com.fasterxml.jackson.databind.JsonNode;
import io.dpostream.settings.SettingsTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Short hashes by which the versions of judges with different options differ. Options that have
 * their default do not count, so that a version stays when its type gets another option.
 */
public final class Fingerprint {
  private static final int DIGITS = 12;

  private Fingerprint() {}

  /** The hash of a record of options. */
  public static String of(Record options) {
    return hash(canonical(SettingsTree.changes(options)));
  }

  /** The hash of one named text. */
  public static String of(String name, String text) {
    return hash(Map.of(name, canonical(text)).toString());
  }

  private static String hash(String canonical) {
    return DigestUtils.sha256Hex(canonical).substring(0, DIGITS);
  }

  private static String canonical(JsonNode node) {
    if (node.isObject()) {
      Map<String, String> sorted = new TreeMap<>();
      node.properties().forEach(e -> sorted.put(e.getKey(), canonical(e.getValue())));
      return sorted.toString();
    }
    if (node.isArray()) {
      List<String> elements = new ArrayList<>();
      node.forEach(element -> elements.add(canonical(element)));
      return elements.toString();
    }
    double number = node.doubleValue();
    return node.isTextual()
        ? canonical(node.textValue())
        : node.isNumber() && number == Math.rint(number)
            ? Long.toString((long) number) // 2 and 2.0 are one weight
            : node.asText();
  }

  private static String canonical(String text) {
    return text.length() + ":" + text;
  }
}
