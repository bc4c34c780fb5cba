package io.dpostream.policy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What a model's folder says about generating with it.
 *
 * @param eosTokenIds the tokens that end a completion: those of {@code generation_config.json},
 *     which chat models extend beyond the tokenizer's one, else those of {@code config.json}
 */
public record GenerationDefaults(Set<Integer> eosTokenIds) {
  public GenerationDefaults {
    eosTokenIds = Set.copyOf(eosTokenIds);
  }

  static GenerationDefaults read(Path folder, ModelConfig config) {
    Path file = folder.resolve("generation_config.json");
    Set<Integer> ids = new LinkedHashSet<>(config.eosTokenIds());
    if (Files.exists(file)) {
      JsonNode eos = JsonFiles.readObject(file).path("eos_token_id");
      if (!eos.isMissingNode() && !eos.isNull()) {
        ids.clear();
        (eos.isArray() ? eos : JsonFiles.listOf(eos)).forEach(id -> ids.add(tokenId(file, id)));
      }
    }
    return new GenerationDefaults(ids);
  }

  private static int tokenId(Path file, JsonNode id) {
    if (!id.isIntegralNumber() || !id.canConvertToInt()) {
      throw new CheckpointException(
          file, "eos_token_id '" + id + "' is not a token id; give a whole number or a list");
    }
    return id.intValue();
  }
}
