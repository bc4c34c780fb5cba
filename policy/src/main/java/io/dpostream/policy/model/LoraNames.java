package io.dpostream.policy.model;

import java.util.Optional;

/** Names of adapter tensors in PEFT's files, by the full name of the module that they adapt. */
final class LoraNames {
  private static final String PREFIX = "base_model.model.";
  private static final String DOWN = ".lora_A.weight";
  private static final String UP = ".lora_B.weight";

  private LoraNames() {}

  /** Name of A. */
  static String down(String module) {
    return PREFIX + module + DOWN;
  }

  /** Name of B. */
  static String up(String module) {
    return PREFIX + module + UP;
  }

  /** The module that an A or B belongs to; nothing for another tensor. */
  static Optional<String> module(String tensor) {
    boolean known = tensor.startsWith(PREFIX) && (tensor.endsWith(DOWN) || tensor.endsWith(UP));
    return known
        ? Optional.of(tensor.substring(PREFIX.length(), tensor.length() - DOWN.length()))
        : Optional.empty();
  }
}
