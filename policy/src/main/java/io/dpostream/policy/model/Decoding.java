package io.dpostream.policy.model;

import ai.djl.ndarray.NDArray;
import io.dpostream.policy.model.ReadPrompts.Pass;
import io.dpostream.policy.model.ReadPrompts.Place;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One run of a decoder: completions begin as soon as others have ended, and each step writes a
 * token for all that run.
 */
final class Decoding {
  /** Steps of one call of the program, which ends it early when a completion ends. */
  private static final int STEPS = 16;

  /** Steps of one call where the text is looked at, which only Java can: what is beyond is lost. */
  private static final int STEPS_WITH_TEXT = 4;

  /** Most requests that are taken before there is a slot for them. */
  private static final int MOST_AHEAD = 16;

  private final WriterCalls calls;
  private final ModelConfig config;
  private final SamplingOptions options;
  private final DecodingWork work;
  private final Optional<TextStop> textStop;
  private final int slots;

  /** Requests taken before there is a slot for them, so that their prompts are read together. */
  private final int ahead;

  private final HeldPositions held;
  private final ReadPrompts prompts;
  private final DecodingCache cache;
  private final List<RunningCompletion> waiting = new ArrayList<>();
  private int taken;

  Decoding(
      WriterCalls calls,
      ModelConfig config,
      DecodingWork work,
      DecodingLimits limits,
      Optional<TextStop> textStop) {
    this.calls = calls;
    this.config = config;
    this.options = calls.options();
    this.work = work;
    this.textStop = textStop;
    this.slots = limits.slots();
    this.ahead = Math.min(MOST_AHEAD, slots / 2);
    this.held = new HeldPositions(limits.cacheBytes() / calls.packed().positionBytes());
    this.prompts = new ReadPrompts(calls, held);
    this.cache = new DecodingCache(calls, slots, held);
  }

  void run() {
    while (true) {
      fill();
      if (cache.running().isEmpty()) {
        return;
      }
      advance();
      for (RunningCompletion ended : cache.removeEnded()) {
        work.finished(ended.index(), ended.generation());
      }
    }
  }

  HeldPositions held() {
    return held;
  }

  /** Lets completions begin until all slots are taken, or nothing more may begin. */
  private void fill() {
    while (true) {
      take();
      List<RunningCompletion> next =
          List.copyOf(waiting.subList(0, cache.room(waiting.subList(0, candidates()), prompts)));
      if (next.isEmpty()) {
        return;
      }
      cache.reserve(next, prompts);
      List<RunningCompletion> ready = next.subList(0, read(next));
      begin(ready);
      waiting.subList(0, ready.size()).clear();
    }
  }

  private int candidates() {
    return Math.min(waiting.size(), slots - cache.running().size());
  }

  private void take() {
    long most = (long) slots + ahead - cache.running().size() - waiting.size();
    if (most <= 0) {
      return;
    }
    for (GenerationRequest request : work.next((int) Math.min(most, Integer.MAX_VALUE))) {
      waiting.add(new RunningCompletion(taken++, request, config, options.maxNewTokens()));
      prompts.expect(request.prompt());
    }
  }

  /**
   * Reads the prompts of completions, and of those that wait after them, as far as they fit.
   *
   * @return how many of the completions can begin
   */
  private int read(List<RunningCompletion> next) {
    if (next.stream().allMatch(row -> prompts.isRead(row.prompt()))) {
      return next.size();
    }
    List<int[]> following =
        waiting.stream().limit((long) next.size() + ahead).map(RunningCompletion::prompt).toList();
    int count = prompts.readable(following);
    prompts.read(following.subList(0, count));
    return Math.min(count, next.size());
  }

  private void begin(List<RunningCompletion> next) {
    Map<Pass, List<RunningCompletion>> byPass = new LinkedHashMap<>();
    for (RunningCompletion row : next) {
      Pass pass = prompts.place(row.prompt()).pass();
      byPass.computeIfAbsent(pass, p -> new ArrayList<>()).add(row);
    }
    byPass.forEach(this::beginAfter);
  }

  private void beginAfter(Pass pass, List<RunningCompletion> rows) {
    int[] places =
        rows.stream().map(row -> prompts.place(row.prompt())).mapToInt(Place::row).toArray();
    Optional<NDArray> seen = seen(rows);
    double[] draws = rows.stream().mapToDouble(row -> row.draw(0)).toArray();
    double[] drawn = calls.begin(pass.logits(), places, seen, draws);
    append(rows, drawn, 0);
    for (int i = 0; i < rows.size(); i++) {
      RunningCompletion row = rows.get(i);
      if (row.ended()) {
        work.finished(row.index(), row.generation());
      } else {
        cache.add(row, pass.cache(), places[i]);
        int from = i;
        seen.ifPresent(array -> cache.addSeen(array, from));
      }
    }
    seen.ifPresent(NDArray::close);
    rows.forEach(row -> prompts.begun(row.prompt()));
  }

  private Optional<NDArray> seen(List<RunningCompletion> rows) {
    if (!calls.needsSeen()) {
      return Optional.empty();
    }
    NDArray seen = calls.unseen(rows.size());
    for (int i = 0; i < rows.size(); i++) {
      calls.mark(seen, i, rows.get(i).prompt());
    }
    return Optional.of(seen);
  }

  private void advance() {
    List<RunningCompletion> rows = cache.running();
    int n = rows.size();
    int steps = textStop.isPresent() ? STEPS_WITH_TEXT : STEPS;
    for (RunningCompletion row : rows) {
      steps = Math.min(steps, row.remaining());
    }
    double[] draws = new double[steps * n];
    for (int t = 0; t < steps; t++) {
      for (int i = 0; i < n; i++) {
        draws[t * n + i] = rows.get(i).draw(rows.get(i).count() + t);
      }
    }
    double[] drawn =
        calls.advance(
            cache.tensor(),
            rows.stream().mapToInt(RunningCompletion::lastToken).toArray(),
            rows.stream().mapToInt(RunningCompletion::position).toArray(),
            cache.seen(),
            rows.stream().mapToInt(RunningCompletion::count).toArray(),
            steps,
            draws);
    for (int t = 0; t < drawn.length / (3 * n); t++) {
      append(rows, drawn, 3 * n * t);
    }
  }

  /** Adds one step's tokens to the completions that have not ended in an earlier one. */
  private void append(List<RunningCompletion> rows, double[] drawn, int from) {
    int n = rows.size();
    for (int i = 0; i < n; i++) {
      RunningCompletion row = rows.get(i);
      if (!row.ended()) {
        int token = (int) drawn[from + i];
        row.append(token, drawn[from + n + i], drawn[from + 2 * n + i]);
        if (options.eosIds().contains(token) || endsByText(row)) {
          row.stop();
        }
      }
    }
  }

  private boolean endsByText(RunningCompletion row) {
    return row.count() >= options.minNewTokens()
        && textStop.filter(stop -> stop.endsAt(row.prompt(), row.tokens())).isPresent();
  }
}
