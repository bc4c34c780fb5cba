package io.dpostream.tinymodel.corpus;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/** Writes a corpus as JSONL files, in TRL's conversational formats. */
public final class CorpusFiles {
  /** Rows {@code {"prompt": [message], "completion": [message]}}: right answers. */
  public static final String FACTS = "facts.jsonl";

  /** Rows {@code {"prompt": [message], "completion": [message]}}: answers of every kind. */
  public static final String DEMONSTRATIONS = "demonstrations.jsonl";

  /** Rows {@code {"id", "prompt": [message], "reference_answer", "tags"}}, to collect pairs on. */
  public static final String PREFERENCE = "prompts.jsonl";

  /** Rows {@code {"id", "prompt": [message], "reference_answer", "tags"}}, to measure by. */
  public static final String HELD_OUT = "held-out.jsonl";

  private static final ObjectMapper JSON = new ObjectMapper();

  private CorpusFiles() {}

  /** Writes the four files into an existing folder. */
  public static void write(Corpus corpus, Path folder) throws IOException {
    write(folder.resolve(FACTS), corpus.facts(), CorpusFiles::row);
    write(folder.resolve(DEMONSTRATIONS), corpus.demonstrations(), CorpusFiles::row);
    write(folder.resolve(PREFERENCE), corpus.preference(), CorpusFiles::row);
    write(folder.resolve(HELD_OUT), corpus.heldOut(), CorpusFiles::row);
  }

  private static <T> void write(Path file, List<T> values, Function<T, ObjectNode> row)
      throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (T value : values) {
        out.write(JSON.writeValueAsString(row.apply(value)));
        out.write('\n');
      }
    }
  }

  private static ObjectNode row(Demonstration demonstration) {
    ObjectNode row = JSON.createObjectNode();
    message(row, "prompt", "user", demonstration.question());
    message(row, "completion", "assistant", demonstration.completion());
    return row;
  }

  private static ObjectNode row(Question question) {
    ObjectNode row = JSON.createObjectNode().put("id", question.id());
    message(row, "prompt", "user", question.text());
    row.put("reference_answer", question.answer()).putArray("tags").add(question.subject());
    return row;
  }

  private static void message(ObjectNode row, String field, String role, String content) {
    row.putArray(field).addObject().put("role", role).put("content", content);
  }
}
