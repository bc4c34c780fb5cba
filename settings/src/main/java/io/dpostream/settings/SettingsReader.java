package io.dpostream.settings;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * Reads a settings record: its defaults, overlaid by a YAML file, overlaid by {@code key=value}
 * assignments. Every key must be known. Not thread-safe while it is being overlaid.
 *
 * @param <T> the settings record; keys are its components' names in snake_case
 */
public final class SettingsReader<T extends Record> {

  /** A place in a list, as other tools write it in a key. */
  private static final Pattern INDEX = Pattern.compile("\\[\\d*]|\\.\\d+(?=\\.|$)");

  private static final String BYTE_ORDER_MARK = "\uFEFF";

  static final JsonMapper JSON = JsonMapper.builder().build();

  static final YAMLMapper YAML =
      YAMLMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
          .build();

  private final Class<T> type;
  private final Keys.Section keys;
  private final ObjectNode defaults;
  private final Set<String> inheriting;
  private final ObjectNode given = YAML.createObjectNode();

  /** Starts from {@code defaults}. */
  public SettingsReader(T defaults) {
    this(defaults, Set.of());
  }

  /**
   * Starts from {@code defaults}.
   *
   * @param inheriting keys of sections, such as {@code sampler.threads}, that take the value of the
   *     top-level key of the same name unless they are assigned
   */
  @SuppressWarnings("unchecked")
  public SettingsReader(T defaults, Set<String> inheriting) {
    this.inheriting = Set.copyOf(inheriting);
    this.type = (Class<T>) defaults.getClass();
    this.keys = Keys.of(type);
    this.defaults = SettingsTree.of(defaults);
  }

  /**
   * Overlays a YAML file.
   *
   * @throws UserException if the file cannot be read, is not YAML, or holds an unknown key
   */
  public SettingsReader<T> file(Path file) {
    try {
      String text = Files.readString(file);
      return yaml(text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text, file.toString());
    } catch (NoSuchFileException e) {
      throw new UserException(file + ": no such file", e);
    } catch (CharacterCodingException e) {
      throw new UserException(file + ": is not UTF-8 text; convert it", e);
    } catch (IOException e) {
      throw new UserException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Overlays YAML.
   *
   * @param origin where it stands, for messages
   * @throws UserException if it is not YAML or holds an unknown key
   */
  public SettingsReader<T> yaml(String text, String origin) {
    JsonNode read;
    try {
      read = YamlTree.read(text, keys);
    } catch (JsonProcessingException e) {
      throw new UserException(origin + ", " + syntaxError(e), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (!read.isMissingNode() && !read.isNull()) {
      overlay(given, read, keys, "", origin + ": ");
    }
    return this;
  }

  /** Sets one key to a value as it is. */
  public SettingsReader<T> set(String key, String value) {
    overlay(given, nested(key, YAML.getNodeFactory().textNode(value), keys), keys, "", "--set ");
    return this;
  }

  /**
   * Overlays one assignment, such as {@code trainer.beta=0.3}; the value is read as YAML.
   *
   * @throws UserException if it has no {@code =}, the value is not YAML or the key is unknown
   */
  public SettingsReader<T> set(String assignment) {
    int equals = assignment.indexOf('=');
    if (equals <= 0) {
      throw new UserException("--set " + assignment + ": write it as key=value");
    }
    String key = assignment.substring(0, equals);
    refuseIndex(key);
    JsonNode value;
    try {
      value = YamlTree.read(assignment.substring(equals + 1), at(key));
    } catch (JsonProcessingException e) {
      String shown = Secrets.shown(key, assignment.substring(equals + 1));
      throw new UserException("--set " + key + "=" + shown + ": " + syntaxError(e), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    JsonNode leaf = value.isMissingNode() ? YAML.nullNode() : value;
    overlay(given, nested(key, leaf, keys), keys, "", "--set ");
    return this;
  }

  private void refuseIndex(String key) {
    Matcher index = INDEX.matcher(key);
    if (index.find() && at(key.substring(0, index.start())) instanceof Keys.Elements) {
      throw new UserException(
          "--set %s: a list is set as a whole, with --set '%s=[...]' or in a file"
              .formatted(key, key.substring(0, index.start())));
    }
  }

  /** Gives a key its default again, whatever was set so far. */
  public SettingsReader<T> unset(String section, String key) {
    if (given.get(section) instanceof ObjectNode in) {
      in.remove(key);
    }
    return this;
  }

  /** What was set in a section: values in JSON, by key. */
  public Map<String, String> given(String section) {
    Map<String, String> values = new TreeMap<>();
    given.path(section).properties().forEach(e -> values.put(e.getKey(), e.getValue().toString()));
    return values;
  }

  /** What may stand at a path. */
  private Keys at(String path) {
    Keys at = keys;
    for (String key : path.split("\\.")) {
      if (at instanceof Keys.Open open) {
        return open.values();
      }
      at = at.below(key);
    }
    return at;
  }

  private static String syntaxError(JsonProcessingException e) {
    if (e.getCause() instanceof MarkedYAMLException yaml && yaml.getProblemMark() != null) {
      Mark at = yaml.getProblemMark();
      return "line %d column %d: not YAML: %s"
          .formatted(at.getLine() + 1, at.getColumn() + 1, firstLine(yaml.getProblem()));
    }
    JsonLocation at = e.getLocation();
    return "line %d column %d: not YAML: %s"
        .formatted(at.getLineNr(), at.getColumnNr(), JsonProblem.of(e));
  }

  /** {@code a.b.c} as a tree; below an open map the rest of the path, dots and all, is one key. */
  private static JsonNode nested(String path, JsonNode leaf, Keys keys) {
    int dot = keys instanceof Keys.Section ? path.indexOf('.') : -1;
    String head = dot < 0 ? path : path.substring(0, dot);
    Keys below =
        keys instanceof Keys.Section section
            ? section.children().getOrDefault(head, keys)
            : new Keys.Value(false);
    JsonNode child = dot < 0 ? leaf : nested(path.substring(dot + 1), leaf, below);
    return YAML.createObjectNode().set(head, child);
  }

  private void overlay(
      ObjectNode target, JsonNode user, Keys.Section keys, String prefix, String origin) {
    if (!user.isObject()) {
      String section = prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1) + ": ";
      throw new UserException(
          origin
              + section
              + "has keys below it, such as "
              + prefix
              + anyOf(keys)
              + "; found "
              + user);
    }
    for (Map.Entry<String, JsonNode> entry : user.properties()) {
      String key = entry.getKey();
      Keys below = keys.children().get(key);
      if (below == null && !keys.open()) {
        throw UnknownKeys.unknown(origin, prefix, key, keys);
      }
      if (below instanceof Keys.Section section) {
        JsonNode current = target.get(key);
        ObjectNode into = current instanceof ObjectNode o ? o : target.putObject(key);
        overlay(into, entry.getValue(), section, prefix + key + ".", origin);
      } else if (below instanceof Keys.Open
          && target.get(key) instanceof ObjectNode current
          && entry.getValue() instanceof ObjectNode added) {
        current.setAll(added);
      } else {
        target.set(key, entry.getValue());
      }
    }
  }

  private ObjectNode effective() {
    ObjectNode effective = defaults.deepCopy();
    overlay(effective, given.deepCopy(), keys, "", "");
    for (String path : inheriting) {
      int dot = path.indexOf('.');
      String section = path.substring(0, dot);
      String key = path.substring(dot + 1);
      if (!given.path(section).has(key) && effective.get(section) instanceof ObjectNode o) {
        o.set(key, effective.get(key));
      }
    }
    return effective;
  }

  private static String anyOf(Keys.Section keys) {
    return keys.children().keySet().iterator().next();
  }

  /**
   * The settings.
   *
   * @throws UserException naming key and value, if a value has the wrong type or is refused
   */
  public T read() {
    ObjectNode effective = effective();
    HiddenSecrets.refuse(effective, "");
    return SettingsTree.read(effective, type, "");
  }

  /** The effective settings as YAML, every key of them; secrets are hidden. */
  public String yaml() {
    return yaml(effective());
  }

  /**
   * What was set as YAML, and no default: read over the same defaults, it gives the same, but for
   * secrets, which are hidden unless they are references.
   */
  public String givenYaml() {
    return yaml(given);
  }

  private String yaml(ObjectNode tree) {
    try {
      return YAML.writeValueAsString(HiddenSecrets.in(tree, keys));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("");
  }
}
