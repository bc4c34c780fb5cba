package io.dpostream.pipeline.config;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import io.dpostream.settings.SettingsKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes the list of all keys as Markdown. */
final class ConfigurationDocument {
  private static final String OPENING =
      """
      # Configuration

      One YAML file (`--config FILE`) with a section a service, and `--set key=value` for single
      keys, which wins over the file. `dpo config show` prints every key with the value it would
      have; a key that does not exist is refused with the one that was probably meant. A text is
      taken as it is written: `run.id: no`, `run.id: 0123` and `run.id: 1e3` are texts. Of booleans
      there are `true` and `false` alone; `null` and `~` stand for no value.

      This list is generated from the settings records (`ConfigurationDocumentTest`); change it
      there.
      """;

  private static final String JUDGES =
      """
      Beside `id`, `type` and the others of `judge.judges[]`, a judge has the options of its type;
      [judges](judges.md) says what each type is for. `evaluation.judge` takes them, too.
      """;

  /** What comes before the keys of each section; the keys without one are shared by all. */
  static final Map<String, String> INTRODUCTIONS = introductions();

  private ConfigurationDocument() {}

  private static Map<String, String> introductions() {
    Map<String, String> sections = new LinkedHashMap<>();
    sections.put("", "What all services share.");
    sections.put("run", "What is trained.");
    sections.put("topic", "How topics are named.");
    sections.put("kafka", "Which Kafka; see [deployment](deployment.md).");
    sections.put("broker", "The broker and registry of our own, where there is no other Kafka.");
    sections.put("prompts", "Where prompts come from; see [sampling](sampling.md).");
    sections.put("sampler", "How pairs are sampled; see [sampling](sampling.md).");
    sections.put("judge", "Which judges vote; the options of each type are at the end.");
    sections.put("assembler", "How votes become preferences; see [judges](judges.md).");
    sections.put("trainer", "See [training](training.md) and [losses](losses.md).");
    sections.put(
        "publish",
        "Where versions go and how they are fetched; see [publication](publication.md).");
    sections.put("evaluation", "How a run is measured against its reference.");
    sections.put("metrics", "Where a process shows what it does; see [monitoring](monitoring.md).");
    sections.put("sft", "Supervised fine-tuning with `dpo sft`; the keys have TRL's names.");
    sections.put("reward", "The training of a reward model with `dpo reward`.");
    return sections;
  }

  /**
   * The document.
   *
   * @param inheriting keys whose default is the value of the shared key of the same name
   * @param judges the options of each type of judge, by its name
   */
  static String of(
      List<SettingsKey> keys, Set<String> inheriting, Map<String, List<SettingsKey>> judges) {
    Map<String, List<SettingsKey>> sections =
        keys.stream().collect(groupingBy(ConfigurationDocument::section, toList()));
    StringBuilder document = new StringBuilder(OPENING);
    INTRODUCTIONS.forEach(
        (section, introduction) -> {
          document.append("\n## ").append(section.isEmpty() ? "Shared" : "`" + section + "`");
          document.append("\n\n").append(introduction).append("\n\n");
          document.append(table(sections.getOrDefault(section, List.of()), inheriting));
        });
    document.append("\n## Options of judges\n\n").append(JUDGES);
    judges.forEach(
        (type, options) ->
            document
                .append("\n### `type: ")
                .append(type)
                .append("`\n\n")
                .append(table(options, Set.of())));
    return document.toString();
  }

  private static String table(List<SettingsKey> keys, Set<String> inheriting) {
    StringBuilder table =
        new StringBuilder("| key | value | default | meaning |\n|---|---|---|---|\n");
    keys.forEach(key -> table.append(row(key, inheriting.contains(key.path()))));
    return table.toString();
  }

  /** The part of a key before its first dot; empty for a shared one. */
  static String section(SettingsKey key) {
    int dot = key.path().indexOf('.');
    return dot < 0 ? "" : key.path().substring(0, dot);
  }

  private static String row(SettingsKey key, boolean inheriting) {
    String name = key.path().substring(key.path().lastIndexOf('.') + 1);
    String byDefault =
        inheriting
            ? "the shared `" + name + "`"
            : key.defaultValue().map(ConfigurationDocument::shown).orElse("must be set");
    return "| `%s` | %s | %s | %s |\n"
        .formatted(key.path(), key.type(), byDefault, key.doc().orElse("").replace("|", "\\|"));
  }

  private static String shown(String yaml) {
    return yaml.equals("null") ? "not set" : "`" + yaml.replace("|", "\\|") + "`";
  }
}
