package io.dpostream.pipeline.quickstart;

import io.dpostream.policy.checkpoint.AtomicFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The shipped model and its prompts, on disk. They are class path resources, and so available
 * whether the program runs from its sources or from a jar.
 *
 * @param model Hugging Face folder
 * @param prompts JSONL file of questions to collect preferences on
 * @param heldOut JSONL file of questions to measure by; none of their facts is in {@code prompts}
 */
public record TinyModel(Path model, Path prompts, Path heldOut) {
  private static final List<String> MODEL_FILES =
      List.of(
          "config.json",
          "generation_config.json",
          "model.safetensors",
          "tokenizer.json",
          "tokenizer_config.json",
          "chat_template.jinja");
  private static final String PROMPTS = "prompts.jsonl";
  private static final String HELD_OUT = "held-out.jsonl";

  /** Puts the files into a folder, keeping what an earlier call put there. */
  public static TinyModel install(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      AtomicFolder.create(folder, TinyModel::unpack);
    }
    return new TinyModel(
        folder.resolve("model"), folder.resolve(PROMPTS), folder.resolve(HELD_OUT));
  }

  private static void unpack(Path folder) throws IOException {
    Path model = Files.createDirectory(folder.resolve("model"));
    for (String file : MODEL_FILES) {
      copy("model/" + file, model.resolve(file));
    }
    copy(PROMPTS, folder.resolve(PROMPTS));
    copy(HELD_OUT, folder.resolve(HELD_OUT));
  }

  private static void copy(String resource, Path file) throws IOException {
    try (InputStream in = TinyModel.class.getResourceAsStream("/tiny/" + resource)) {
      if (in == null) {
        throw new IllegalStateException("the program lacks its resource tiny/" + resource);
      }
      Files.copy(in, file);
    }
  }
}
