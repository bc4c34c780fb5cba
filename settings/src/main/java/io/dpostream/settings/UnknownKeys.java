package io.dpostream.settings;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Refuses keys that nothing reads. */
final class UnknownKeys {
  private UnknownKeys() {}

  /** Refuses a tree with a key that a section does not have, here or further down. */
  static void refuse(ObjectNode tree, Keys.Section known, String path) {
    tree.properties()
        .forEach(
            entry -> {
              Keys below = known.children().get(entry.getKey());
              if (below == null && !known.open()) {
                throw unknown("", path.isEmpty() ? "" : path + ".", entry.getKey(), known);
              }
              if (below instanceof Keys.Section s && entry.getValue() instanceof ObjectNode child) {
                refuse(child, s, SettingsBinder.key(path, entry.getKey()));
              }
            });
  }

  /** The refusal of a key, with the one that was probably meant. */
  static UserException unknown(String origin, String prefix, String key, Keys.Section known) {
    String hint =
        NearestKey.to(key, known.children().keySet())
            .map(near -> "; did you mean " + prefix + near + "?")
            .orElseGet(() -> "; known here: " + String.join(", ", known.children().keySet()));
    return new UserException(origin + prefix + key + ": no such key" + hint);
  }
}
