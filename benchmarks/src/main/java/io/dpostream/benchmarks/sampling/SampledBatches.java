package io.dpostream.benchmarks.sampling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.Decoder;
import io.dpostream.policy.model.DecodingLimits;
import io.dpostream.policy.model.Generation;
import io.dpostream.policy.model.GenerationRequest;
import io.dpostream.policy.model.LanguageModel;
import io.dpostream.policy.model.SamplingOptions;
import io.dpostream.policy.torch.EngineOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Writes completions for each line on standard input, and answers with a line of JSON: seconds and
 * tokens. A line holds {@code prompts} as ids, {@code new_tokens}, {@code slots}, {@code
 * ends_every} (ids that are multiples of it end a completion; 0 for none), and whether slots are
 * {@code refilled} or as many requests are written to the end before the next begin.
 *
 * <p>Arguments: the model's folder and threads.
 */
public final class SampledBatches {
  private static final ObjectMapper JSON = new ObjectMapper();

  private SampledBatches() {}

  public static void main(String[] args) throws IOException {
    EngineOptions engine = new EngineOptions("cpu", "float32", Integer.parseInt(args[1]));
    CheckpointFolder folder = CheckpointFolder.open(Path.of(args[0]));
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (LanguageModel model = LanguageModel.load(folder, engine)) {
      Decoder decoder = model.decoderAlone();
      System.out.println("{\"ready\": true}");
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        JsonNode task = JSON.readTree(line);
        long begun = System.nanoTime();
        long tokens = write(decoder, task, folder.config().vocabSize());
        double seconds = (System.nanoTime() - begun) / 1e9;
        System.out.println(JSON.createObjectNode().put("seconds", seconds).put("tokens", tokens));
      }
    }
  }

  private static long write(Decoder decoder, JsonNode task, int vocabSize) {
    List<GenerationRequest> requests = new ArrayList<>();
    for (JsonNode prompt : task.path("prompts")) {
      int[] ids = JSON.convertValue(prompt, int[].class);
      requests.add(new GenerationRequest(ids, requests.size()));
    }
    int every = task.path("ends_every").asInt();
    Set<Integer> ends =
        every == 0
            ? Set.of()
            : IntStream.range(0, vocabSize)
                .filter(id -> id % every == 0)
                .boxed()
                .collect(Collectors.toSet());
    SamplingOptions options = new SamplingOptions(1, 1, 0, task.path("new_tokens").asInt(), ends);
    int slots = task.path("slots").asInt();
    DecodingLimits limits = new DecodingLimits(slots, Long.MAX_VALUE);
    int together = task.path("refilled").asBoolean() ? requests.size() : slots;
    long tokens = 0;
    for (int from = 0; from < requests.size(); from += together) {
      List<GenerationRequest> part =
          requests.subList(from, Math.min(requests.size(), from + together));
      for (Generation one : decoder.generate(part, options, limits, Optional.empty())) {
        tokens += one.tokenIds().length;
      }
    }
    return tokens;
  }
}
