package io.dpostream.policy.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dpostream.policy.torch.TorchProgram;
import io.dpostream.policy.torch.TorchProgram.Gradients;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes completions for a batch of prompts, with one forward pass per token over a key-value
 * cache. Finished rows leave the batch.
 *
 * <p>The token at position t of a completion is drawn with {@code RandomDraws.uniform(drawSeed, t)}
 * by inverse CDF over the vocabulary in the order of ids, so a completion depends on its prompt and
 * seed, not on the other rows (up to the rounding of products of another shape).
 *
 * <p>Thread-safe; memory is held for the length of a call.
 */
public final class Decoder {
  private final ModelConfig config;
  private final NDManager manager;
  private final TorchProgram program;
  private final List<NDArray> weights;
  private final List<NDArray> adapters;

  Decoder(
      ModelConfig config,
      NDManager manager,
      TorchProgram program,
      List<NDArray> weights,
      List<NDArray> adapters) {
    this.config = config;
    this.manager = manager;
    this.program = program;
    this.weights = weights;
    this.adapters = adapters;
  }

  /**
   * Completes each prompt until an end-of-sequence token, {@code maxNewTokens}, or the model's last
   * position.
   *
   * @return one generation per request, in the order given
   * @throws IllegalArgumentException if a prompt leaves no position free or an id is outside the
   *     vocabulary
   */
  public List<Generation> generate(List<GenerationRequest> requests, SamplingOptions options) {
    if (requests.isEmpty()) {
      return List.of();
    }
    List<Row> rows = requests.stream().map(request -> new Row(request, options)).toList();
    try (NDManager scope = manager.newSubManager()) {
      decode(scope, rows, options);
    }
    return rows.stream().map(Row::generation).toList();
  }

  private void decode(NDManager scope, List<Row> rows, SamplingOptions options) {
    int width = rows.stream().mapToInt(row -> row.prompt.length).max().orElseThrow();
    int steps = rows.stream().mapToInt(row -> row.limit).max().orElseThrow();
    List<NDArray> prefilled = prefillOnce(scope, rows, width, width + steps - 1);
    NDArray logits = prefilled.get(0);
    List<NDArray> cache = prefilled.subList(1, prefilled.size());
    List<Row> active = rows;
    for (int t = 0; ; t++) {
      draw(scope, logits, active, t, options);
      logits.close();
      List<Row> going = active.stream().filter(row -> !row.ended).toList();
      if (going.isEmpty()) {
        return;
      }
      // Copying the cache costs about one step, which a quarter fewer rows soon pays back.
      if (going.size() <= active.size() * 3 / 4) {
        cache = keep(scope, cache, active);
        active = going;
      }
      logits = step(scope, cache, active, width, width + t);
    }
  }

  /** Reads a prompt once, however many of the rows begin with it: both of a pair do. */
  private List<NDArray> prefillOnce(NDManager scope, List<Row> rows, int width, int capacity) {
    Map<IntBuffer, Integer> places = new HashMap<>();
    List<Row> distinct = new ArrayList<>();
    int[] place = new int[rows.size()];
    for (int i = 0; i < place.length; i++) {
      Row row = rows.get(i);
      Integer known = places.putIfAbsent(IntBuffer.wrap(row.prompt), distinct.size());
      place[i] = known == null ? distinct.size() : known;
      if (known == null) {
        distinct.add(row);
      }
    }
    List<NDArray> prefilled = prefill(scope, distinct, width, capacity);
    return distinct.size() == rows.size() ? prefilled : select(scope, prefilled, place);
  }

  private List<NDArray> prefill(NDManager scope, List<Row> rows, int width, int capacity) {
    int[] ids = new int[rows.size() * width];
    for (int i = 0; i < rows.size(); i++) {
      int[] prompt = rows.get(i).prompt;
      System.arraycopy(prompt, 0, ids, i * width, prompt.length);
    }
    return program.tensors(
        scope,
        Gradients.OFF,
        "prefill",
        weights,
        adapters,
        rows.size(),
        ids,
        promptLengths(rows),
        capacity);
  }

  private NDArray step(
      NDManager scope, List<NDArray> cache, List<Row> active, int width, int column) {
    int[] tokens = active.stream().mapToInt(Row::lastToken).toArray();
    return program.tensor(
        scope,
        Gradients.OFF,
        "step",
        weights,
        adapters,
        cache,
        tokens,
        promptLengths(active),
        width,
        column);
  }

  private List<NDArray> keep(NDManager scope, List<NDArray> cache, List<Row> active) {
    int[] kept =
        java.util.stream.IntStream.range(0, active.size())
            .filter(i -> !active.get(i).ended)
            .toArray();
    return select(scope, cache, kept);
  }

  private List<NDArray> select(NDManager scope, List<NDArray> arrays, int[] rows) {
    List<NDArray> selected = program.tensors(scope, Gradients.OFF, "keep", arrays, rows);
    arrays.forEach(NDArray::close);
    return selected;
  }

  private void draw(
      NDManager scope, NDArray logits, List<Row> active, int position, SamplingOptions options) {
    double[] draws =
        active.stream().mapToDouble(row -> RandomDraws.uniform(row.drawSeed, position)).toArray();
    try (NDArray drawn =
        program.tensor(
            scope,
            Gradients.OFF,
            "sample",
            logits,
            options.temperature(),
            options.topK(),
            options.topP(),
            draws)) {
      double[] values = drawn.toDoubleArray();
      int n = active.size();
      for (int i = 0; i < n; i++) {
        active.get(i).append((int) values[i], values[n + i], values[2 * n + i]);
      }
    }
  }

  private static int[] promptLengths(List<Row> rows) {
    return rows.stream().mapToInt(row -> row.prompt.length).toArray();
  }

  /** A growing completion; nothing is added after its end. */
  private final class Row {
    private final int[] prompt;
    private final long drawSeed;
    private final int limit;
    private final SamplingOptions options;
    private final List<Integer> tokens = new ArrayList<>();
    private final List<Float> logprobs = new ArrayList<>();
    private final List<Float> samplingLogprobs = new ArrayList<>();
    private boolean stopped;
    private boolean ended;

    Row(GenerationRequest request, SamplingOptions options) {
      Batch.checkIds(request.prompt(), config);
      int free = config.contextLength() - request.prompt().length;
      if (free < 1) {
        throw new IllegalArgumentException(
            "a prompt of "
                + request.prompt().length
                + " tokens fills the model's "
                + config.contextLength()
                + " positions; shorten it");
      }
      this.prompt = request.prompt();
      this.drawSeed = request.drawSeed();
      this.limit = Math.min(options.maxNewTokens(), free);
      this.options = options;
    }

    void append(int token, double logprob, double samplingLogprob) {
      if (ended) {
        return;
      }
      tokens.add(token);
      logprobs.add((float) logprob);
      samplingLogprobs.add((float) samplingLogprob);
      stopped = options.eosIds().contains(token);
      ended = stopped || tokens.size() == limit;
    }

    int lastToken() {
      return tokens.get(tokens.size() - 1);
    }

    Generation generation() {
      return new Generation(
          tokens.stream().mapToInt(Integer::intValue).toArray(),
          unbox(logprobs),
          unbox(samplingLogprobs),
          stopped);
    }

    private static float[] unbox(List<Float> values) {
      float[] array = new float[values.size()];
      for (int i = 0; i < array.length; i++) {
        array[i] = values.get(i);
      }
      return array;
    }
  }
}
