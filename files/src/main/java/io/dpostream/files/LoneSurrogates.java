package io.dpostream.files;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Refuses halves of surrogate pairs that stand alone. JSON can write them, but they are no
 * characters: a tokenizer, UTF-8 and a topic would each put something else in their place.
 */
final class LoneSurrogates {
  private LoneSurrogates() {}

  /** Refuses a row with one in any text or name, however deep. */
  static void refuse(JsonNode row) {
    for (Map.Entry<String, JsonNode> field : row.properties()) {
      if (!isText(field.getKey())) {
        throw new RowRefusedException("a field's name has half of a surrogate pair");
      }
      if (!isText(field.getValue())) {
        throw new RowRefusedException(
            field.getKey() + " has half of a surrogate pair, which is no character");
      }
    }
  }

  private static boolean isText(JsonNode value) {
    if (value.isTextual()) {
      return isText(value.textValue());
    }
    if (value.isObject()) {
      return value.properties().stream().allMatch(f -> isText(f.getKey()) && isText(f.getValue()));
    }
    for (JsonNode element : value) {
      if (!isText(element)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isText(String text) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }
}
