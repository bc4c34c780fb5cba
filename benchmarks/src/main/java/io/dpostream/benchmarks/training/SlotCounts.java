package io.dpostream.benchmarks.training;

import io.dpostream.policy.model.FlatSize;
import io.dpostream.policy.model.ModelConfig;
import io.dpostream.policy.model.ModelConfig.Family;
import io.dpostream.policy.model.ModelConfig.Head;
import io.dpostream.policy.model.PassBudget;
import io.dpostream.policy.model.RopeScaling;
import io.dpostream.policy.text.TokenSequence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/**
 * Counts what the passes of training steps compute: slots ÷ tokens, of inputs and of the completion
 * tokens that the head scores. A token is what must be computed: a pair's prompt counts once.
 */
public final class SlotCounts {
  private static final double BOUND = 1.1;
  private static final int MAX_LENGTH = 1024;

  private SlotCounts() {}

  private record Pair(List<TokenSequence> sequences) {}

  /**
   * Takes pairs of a step and a file, several times: lines of {@code prompt,chosen,rejected} in
   * tokens after one line of names. Exits with 1 if a ratio is above 1.1.
   */
  public static void main(String[] args) throws IOException {
    boolean within = true;
    System.out.printf(
        "%-18s %-6s %5s %8s %9s %9s %8s%n",
        "lengths", "device", "pairs", "tokens", "inputs", "targets", "passes");
    for (int i = 0; i < args.length; i += 2) {
      List<Pair> pairs = pairs(Path.of(args[i + 1]));
      for (String device : List.of("cpu", "cuda")) {
        int size = Integer.parseInt(args[i]);
        Count count = count(pairs, size, PassBudget.of(llama(), device));
        System.out.printf(
            "%-18s %-6s %5d %8d %9.4f %9.4f %8.2f%n",
            Path.of(args[i + 1]).getFileName().toString().replace(".csv", ""),
            device,
            size,
            count.tokens,
            count.inputs,
            count.targets,
            count.passesOfStep);
        within &= count.inputs <= BOUND && count.targets <= BOUND;
      }
    }
    System.exit(within ? 0 : 1);
  }

  /** Slots by tokens, of inputs and of targets. */
  private record Count(long tokens, double inputs, double targets, double passesOfStep) {}

  private static Count count(List<Pair> pairs, int size, PassBudget budget) {
    List<List<Pair>> passes = new ArrayList<>();
    int steps = 0;
    for (int start = 0; start + size <= pairs.size(); start += size, steps++) {
      passes.addAll(budget.divide(pairs.subList(start, start + size), Pair::sequences));
    }
    long inputs = sum(passes, SlotCounts::inputs);
    long targets = sum(passes, SlotCounts::targets);
    return new Count(
        inputs,
        (double) sum(passes, pass -> FlatSize.of(pass).inputs()) / inputs,
        (double) sum(passes, pass -> FlatSize.of(pass).targets()) / targets,
        (double) passes.size() / steps);
  }

  private static long sum(List<List<Pair>> passes, ToIntFunction<List<TokenSequence>> count) {
    return passes.stream()
        .mapToLong(
            pass -> count.applyAsInt(pass.stream().flatMap(p -> p.sequences().stream()).toList()))
        .sum();
  }

  private static int inputs(List<TokenSequence> pairs) {
    int inputs = 0;
    for (int i = 0; i < pairs.size(); i += 2) {
      inputs += pairs.get(i).length() - 1 + pairs.get(i + 1).completion().length - 1;
    }
    return inputs;
  }

  private static int targets(List<TokenSequence> sequences) {
    return sequences.stream().mapToInt(s -> s.completion().length).sum();
  }

  /** Pairs as the trainer shortens them; one whose prompt alone is too long is left out. */
  private static List<Pair> pairs(Path file) throws IOException {
    List<Pair> pairs = new ArrayList<>();
    for (String line : Files.readAllLines(file).subList(1, Files.readAllLines(file).size())) {
      int[] lengths = Stream.of(line.split(",")).mapToInt(Integer::parseInt).toArray();
      if (lengths[0] < MAX_LENGTH) {
        int[] prompt = new int[lengths[0]];
        prompt[0] = pairs.size(); // unlike its neighbours'
        int room = MAX_LENGTH - lengths[0];
        pairs.add(
            new Pair(
                List.of(
                    new TokenSequence(prompt, new int[Math.min(room, lengths[1])]),
                    new TokenSequence(prompt, new int[Math.min(room, lengths[2])]))));
      }
    }
    return pairs;
  }

  /** 15 million parameters, half of them in a vocabulary of 32,000. */
  private static ModelConfig llama() {
    return new ModelConfig(
        Family.LLAMA,
        Head.CAUSAL_LM,
        32_000,
        288,
        768,
        6,
        6,
        6,
        48,
        2048,
        1e-5,
        10_000,
        new RopeScaling.None(),
        true,
        false,
        Optional.empty(),
        OptionalInt.of(1),
        List.of(2),
        OptionalInt.empty(),
        "float32");
  }
}
