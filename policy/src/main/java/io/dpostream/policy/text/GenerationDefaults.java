package io.dpostream.policy.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.policy.checkpoint.JsonFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The defaults for generation in a model's folder.
 *
 * @param eosTokenIds the tokens that end a completion: those of {@code generation_config.json}, or
 *     else of {@code config.json}, and the tokenizer's, with which the answers to learn from end
 */
public record GenerationDefaults(Set<Integer> eosTokenIds) {
  public GenerationDefaults {
    eosTokenIds = Set.copyOf(eosTokenIds);
  }

  /**
   * Reads the defaults from a model's folder.
   *
   * @param configured the end tokens of its {@code config.json}
   * @param tokenizer of the folder; its {@code eos_token} counts also where the files lack it
   * @throws CheckpointException if {@code generation_config.json} holds anything other than ids
   */
  public static GenerationDefaults read(
      Path folder, Collection<Integer> configured, Tokenizer tokenizer) {
    Path file = folder.resolve("generation_config.json");
    Set<Integer> ids = new LinkedHashSet<>(configured);
    if (Files.exists(file)) {
      JsonNode eos = JsonFiles.readObject(file).path("eos_token_id");
      if (!eos.isMissingNode() && !eos.isNull()) {
        ids.clear();
        (eos.isArray() ? eos : JsonFiles.listOf(eos)).forEach(id -> ids.add(tokenId(file, id)));
      }
    }
    tokenizer.specialTokenId("eos_token").ifPresent(ids::add);
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
