package io.dpostream.benchmarks.loop;

import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.evaluation.Evaluation;
import io.dpostream.pipeline.run.Loop;
import io.dpostream.pipeline.run.Measurement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Finds when a run's policy began to beat its reference so often. Every version is measured after
 * the run, as a run's end measures the last one, so that measuring takes no time from the run; its
 * time is that of its folder. One measurement is noisy: three in a row must reach the rate in the
 * mean, and the time is that of the middle one.
 */
public final class TimeToWinRate {
  private static final String USAGE =
      "TimeToWinRate RATE REFERENCE PROMPTS START_MS VERSIONS_FOLDER; START_MS: of the process";

  private TimeToWinRate() {}

  private record Measured(double seconds, String name, double winRate) {}

  /** Prints each version's time and win rate, and on the last line the time, or {@code never}. */
  public static void main(String[] args) throws Exception {
    if (args.length != 5) {
      throw new IllegalArgumentException(USAGE);
    }
    double rate = Double.parseDouble(args[0]);
    long start = Long.parseLong(args[3]);
    Settings settings =
        Settings.reader()
            .set("run.model", args[1])
            .set("evaluation.prompts", args[2])
            .set("sampler.max_new_tokens", "32")
            .read();
    List<Measured> measured = new ArrayList<>();
    try (Measurement measurement = Measurement.of(settings, Loop.loader(settings)).orElseThrow()) {
      for (Path version : versions(Path.of(args[4]))) {
        Evaluation evaluation = measurement.full(version);
        measured.add(
            new Measured(
                (Files.getLastModifiedTime(version).toMillis() - start) / 1000.0,
                version.getFileName().toString(),
                evaluation.winRate().rate()));
        Measured last = measured.get(measured.size() - 1);
        print("%7.1f s  %-32s %.3f", last.seconds, last.name, last.winRate);
        if (reached(measured, rate)) {
          print("%.1f", measured.get(measured.size() - 2).seconds);
          return;
        }
      }
    }
    print("never");
  }

  private static void print(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }

  private static boolean reached(List<Measured> measured, double rate) {
    return measured.size() >= 3
        && measured.subList(measured.size() - 3, measured.size()).stream()
                .mapToDouble(Measured::winRate)
                .average()
                .orElseThrow()
            >= rate;
  }

  private static List<Path> versions(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(path -> !path.getFileName().toString().startsWith("."))
          .sorted(Comparator.comparing(Path::getFileName))
          .toList();
    }
  }
}
