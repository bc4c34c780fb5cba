package io.dpostream.pipeline.formats;

import com.fasterxml.jackson.databind.JsonNode;
import io.dpostream.files.RowRefusedException;
import io.dpostream.policy.text.ChatJson;
import io.dpostream.schemas.Message;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads fields of rows, or refuses the row. */
final class Fields {
  private Fields() {}

  static JsonNode required(JsonNode row, String name) {
    if (!row.hasNonNull(name)) {
      throw new RowRefusedException(name + " is missing");
    }
    return row.get(name);
  }

  static String text(JsonNode row, String name) {
    JsonNode value = required(row, name);
    if (!value.isTextual()) {
      throw new RowRefusedException(name + " is not text");
    }
    return value.textValue();
  }

  /** Reads a text or a number, as text. */
  static Optional<String> scalar(JsonNode row, String name) {
    if (!row.hasNonNull(name)) {
      return Optional.empty();
    }
    if (!row.get(name).isValueNode()) {
      throw new RowRefusedException(name + " is not text or a number");
    }
    return Optional.of(row.get(name).asText());
  }

  static Optional<Double> number(JsonNode row, String name) {
    if (!row.hasNonNull(name)) {
      return Optional.empty();
    }
    if (!row.get(name).isNumber()) {
      throw new RowRefusedException(name + " is not a number");
    }
    return Optional.of(row.get(name).doubleValue());
  }

  static <E extends Enum<E>> E constant(Class<E> type, String value, String name) {
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equalsIgnoreCase(value)) {
        return constant;
      }
    }
    throw new RowRefusedException(
        name + " is none of " + Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT));
  }

  static List<Message> messages(JsonNode turns, String name) {
    List<Message> messages = new ArrayList<>();
    for (JsonNode turn : turns) {
      messages.add(
          ChatJson.message(turn)
              .map(TurnRecords::message)
              .orElseThrow(
                  () ->
                      new RowRefusedException(
                          name + " has a message without role and content as text")));
    }
    return messages;
  }

  static Message message(String role, String content) {
    return Message.newBuilder().setRole(role).setContent(content).build();
  }
}
