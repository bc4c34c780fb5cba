package io.dpostream.pipeline.formats;

import com.fasterxml.jackson.databind.JsonNode;
import io.dpostream.files.RowRefusedException;
import io.dpostream.schemas.Message;
import java.util.ArrayList;
import java.util.List;

/** Reads ShareGPT's turns, which have {@code from} and {@code value}. */
final class ShareGpt {
  private ShareGpt() {}

  /** Reads the turns of {@code conversations}, after the one in {@code system}, if there is one. */
  static List<Message> conversations(JsonNode row) {
    List<Message> turns = new ArrayList<>();
    if (row.hasNonNull("system") && !row.get("system").asText().isEmpty()) {
      turns.add(Fields.message("system", row.get("system").asText()));
    }
    for (JsonNode turn : Fields.required(row, "conversations")) {
      turns.add(turn(turn, "conversations"));
    }
    return turns;
  }

  static Message turn(JsonNode turn, String field) {
    String role =
        switch (turn.path("from").asText()) {
          case "human", "user" -> "user";
          case "gpt", "assistant" -> "assistant";
          case "system" -> "system";
          default -> throw new RowRefusedException(field + " has a turn from somebody unknown");
        };
    if (!turn.path("value").isTextual()) {
      throw new RowRefusedException(field + " has a turn without a value");
    }
    return Fields.message(role, turn.get("value").textValue());
  }
}
