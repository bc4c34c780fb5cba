package io.dpostream.judge.llm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dpostream.settings.JsonProblem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * What a language model is asked about two answers: a system prompt and a user prompt with
 * placeholders, in the JSON layout of FastChat's {@code judge_prompts.jsonl}, so that MT-bench's
 * pairwise prompt works as it is.
 *
 * <p>Placeholders: {@code {question}}, {@code {answer_a}}, {@code {answer_b}}, and {@code
 * {ref_answer_1}} for the reference answer. They are replaced in one pass, so a placeholder that
 * stands in a completion stays text. Immutable.
 *
 * @param name the template's name
 * @param system the system prompt
 * @param user the user prompt, with placeholders
 * @param sha256 hex SHA-256 over both prompts, written into every judgment
 */
public record PairwisePrompt(String name, String system, String user, String sha256) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{([a-z_0-9]+)\\}");
  private static final Set<String> REQUIRED = Set.of("question", "answer_a", "answer_b");
  private static final String REFERENCE = "ref_answer_1";

  /** The part of an OpenAI chat that this prompt becomes. */
  public record Rendered(String system, String user) {}

  /**
   * Reads a template.
   *
   * @param location {@code pairwise} or {@code pairwise-reference} for the built-in ones, a JSON
   *     file, or {@code FILE.jsonl#NAME} for one line of a JSON-lines file
   * @throws IllegalArgumentException with one line, when it cannot be read or is no pairwise prompt
   */
  public static PairwisePrompt load(String location) {
    try {
      int hash = location.lastIndexOf('#');
      if (hash >= 0) {
        return named(Path.of(location.substring(0, hash)), location.substring(hash + 1));
      }
      if (location.endsWith(".json")) {
        return of(JSON.readTree(Files.readString(Path.of(location))), location);
      }
      try (InputStream builtIn = PairwisePrompt.class.getResourceAsStream(location + ".json")) {
        if (builtIn == null) {
          throw bad(
              location, "no built-in template of that name; use pairwise, FILE.json or FILE#NAME");
        }
        return of(JSON.readTree(builtIn), location);
      }
    } catch (JsonProcessingException e) {
      throw bad(location, "is not JSON: " + JsonProblem.of(e));
    } catch (IOException e) {
      throw bad(location, "cannot be read: " + e.getMessage());
    }
  }

  private static PairwisePrompt named(Path file, String name) throws IOException {
    for (String line : Files.readAllLines(file)) {
      JsonNode node = line.isBlank() ? JSON.nullNode() : JSON.readTree(line);
      if (name.equals(node.path("name").asText())) {
        return of(node, file + "#" + name);
      }
    }
    throw bad(file + "#" + name, "no template of that name in the file");
  }

  private static PairwisePrompt of(JsonNode node, String location) {
    if (!node.path("type").asText("pairwise").equals("pairwise")) {
      throw bad(
          location,
          "type is " + node.path("type") + ", only pairwise templates compare two answers");
    }
    String user = node.path("prompt_template").asText();
    Set<String> missing = new TreeSet<>(REQUIRED);
    Matcher m = PLACEHOLDER.matcher(user);
    while (m.find()) {
      missing.remove(m.group(1));
      if (!REQUIRED.contains(m.group(1)) && !m.group(1).equals(REFERENCE)) {
        throw bad(
            location,
            "unknown placeholder "
                + m.group()
                + "; known are {question}, {answer_a}, {answer_b}, {ref_answer_1}");
      }
    }
    if (!missing.isEmpty()) {
      throw bad(location, "prompt_template lacks {" + missing.iterator().next() + "}");
    }
    String system = node.path("system_prompt").asText();
    return new PairwisePrompt(
        node.path("name").asText(location),
        system,
        user,
        DigestUtils.sha256Hex(system + "\0" + user));
  }

  /** Whether a reference answer is part of the question. */
  public boolean needsReference() {
    return user.contains("{" + REFERENCE + "}");
  }

  /**
   * Fills the placeholders.
   *
   * @throws IllegalArgumentException when the template needs a reference answer and there is none
   */
  public Rendered render(
      String question, String answerA, String answerB, Optional<String> reference) {
    if (needsReference() && reference.isEmpty()) {
      throw new IllegalArgumentException(
          "template " + name + " needs a reference answer, the prompt has none");
    }
    Map<String, String> values =
        Map.of(
            "question",
            question,
            "answer_a",
            quoteFrame(answerA),
            "answer_b",
            quoteFrame(answerB),
            REFERENCE,
            reference.orElse(""));
    String filled =
        PLACEHOLDER
            .matcher(user)
            .replaceAll(m -> Matcher.quoteReplacement(values.getOrDefault(m.group(1), "")));
    return new Rendered(system, filled);
  }

  /**
   * A completion cannot end its own frame and begin another: a line that holds one of the
   * template's own lines is marked as quoted.
   */
  private String quoteFrame(String completion) {
    List<String> frame =
        user.lines()
            .map(String::strip)
            .filter(l -> !l.isEmpty() && !PLACEHOLDER.matcher(l).find())
            .toList();
    return completion
        .lines()
        .map(line -> frame.stream().anyMatch(line::contains) ? "> " + line : line)
        .collect(Collectors.joining("\n"));
  }

  private static IllegalArgumentException bad(String location, String why) {
    return new IllegalArgumentException("judge template " + location + ": " + why);
  }
}
