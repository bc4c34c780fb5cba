package io.dpostream.broker.registry;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.Schema;

/**
 * Everything a registry knows, as a fold over its log, wherever that log is kept. Not thread-safe.
 */
final class SchemaCatalog {
  private static final Compatibility DEFAULT = Compatibility.BACKWARD;

  private final Map<String, List<SchemaVersion>> subjects = new TreeMap<>();
  private final TreeMap<Integer, Schema> ids = new TreeMap<>();
  private final Map<String, Compatibility> levels = new HashMap<>();
  private Compatibility global = DEFAULT;

  /** Applies a registration. */
  void apply(SchemaVersion registered) {
    ids.putIfAbsent(registered.id(), registered.schema());
    List<SchemaVersion> versions =
        subjects.computeIfAbsent(registered.subject(), subject -> new ArrayList<>());
    versions.removeIf(known -> known.version() == registered.version());
    versions.add(registered);
  }

  /**
   * Applies a compatibility level: of a subject, or of all subjects that have none of their own.
   */
  void apply(Optional<String> subject, Compatibility level) {
    if (subject.isPresent()) {
      levels.put(subject.get(), level);
    } else {
      global = level;
    }
  }

  Set<String> subjects() {
    return Set.copyOf(subjects.keySet());
  }

  /** Versions of a subject, oldest first; empty when the subject is unknown. */
  List<SchemaVersion> versions(String subject) {
    return List.copyOf(subjects.getOrDefault(subject, List.of()));
  }

  Optional<SchemaVersion> find(String subject, Schema schema) {
    return versions(subject).stream().filter(known -> known.schema().equals(schema)).findFirst();
  }

  Optional<Schema> schema(int id) {
    return Optional.ofNullable(ids.get(id));
  }

  /** Versions of any subject whose schema has this id. */
  List<SchemaVersion> usesOf(int id) {
    return subjects.values().stream()
        .flatMap(List::stream)
        .filter(registered -> registered.id() == id)
        .toList();
  }

  /** The version that registering a schema would write; equal schemas share one id. */
  SchemaVersion next(String subject, Schema schema) {
    List<SchemaVersion> known = versions(subject);
    int version = known.isEmpty() ? 1 : known.get(known.size() - 1).version() + 1;
    int id =
        ids.entrySet().stream()
            .filter(entry -> entry.getValue().equals(schema))
            .map(Map.Entry::getKey)
            .findFirst()
            .orElseGet(() -> ids.isEmpty() ? 1 : ids.lastKey() + 1);
    return new SchemaVersion(subject, version, id, schema);
  }

  Optional<Compatibility> level(String subject) {
    return Optional.ofNullable(levels.get(subject));
  }

  Compatibility globalLevel() {
    return global;
  }

  /** Whether a schema may be registered as the next version of a subject. */
  boolean mayFollow(String subject, Schema schema) {
    List<Schema> newestFirst = new ArrayList<>();
    for (SchemaVersion registered : versions(subject)) {
      newestFirst.add(0, registered.schema());
    }
    return level(subject).orElse(global).allows(schema, newestFirst);
  }

  /** Whether a schema satisfies a subject's level against one version of it alone. */
  boolean fits(SchemaVersion version, Schema schema) {
    return level(version.subject()).orElse(global).allows(schema, List.of(version.schema()));
  }
}
