package io.dpostream.pipeline.formats;

import com.fasterxml.jackson.databind.JsonNode;
import io.dpostream.files.RowRefusedException;
import io.dpostream.policy.text.ChatJson;

/** Reads what stands beside a conversation for its chat template. */
final class TemplateInputs {
  private TemplateInputs() {}

  /**
   * Reads {@code tools} and {@code chat_template_kwargs} as the JSON object that records keep;
   * empty where a row has neither.
   *
   * @throws RowRefusedException when they cannot be used
   */
  static String of(JsonNode row) {
    String inputs = ChatJson.rowVariables(row);
    try {
      ChatJson.variables(inputs);
    } catch (IllegalArgumentException e) {
      throw new RowRefusedException(String.valueOf(e.getMessage()));
    }
    return inputs;
  }

  /** Refuses them where there is no conversation. */
  static void refuseBesideText(String inputs) {
    if (!inputs.isEmpty()) {
      throw new RowRefusedException(
          "tools or chat_template_kwargs stand beside text, which no chat template renders; give"
              + " messages");
    }
  }
}
