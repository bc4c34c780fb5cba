package io.dpostream.pipeline.endtoend;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;

/** Reads what commands leave behind. */
final class Reports {

  private static final ObjectMapper JSON = new ObjectMapper();

  private Reports() {}

  static JsonNode in(Path folder) throws IOException {
    return JSON.readTree(folder.resolve("report.json").toFile());
  }

  static JsonNode json(String line) throws IOException {
    return JSON.readTree(line);
  }

  /** Pairs with an outcome, by the report. */
  static long outcomes(JsonNode report) {
    long sum = 0;
    for (JsonNode count : report.get("outcomes")) {
      sum += count.asLong();
    }
    return sum;
  }
}
