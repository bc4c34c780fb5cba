package io.dpostream.judge.human;

import io.dpostream.judge.Comparison;
import io.dpostream.judge.Examples;
import io.dpostream.settings.SettingsTree;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A page on a table of tasks, with a log in memory and a clock that can be moved. */
final class Pages implements AutoCloseable {
  static final String ANN = "ann-0123456789abc";
  static final String BOB = "bob-0123456789abc";
  static final Duration LEASE = Duration.ofMinutes(15);

  final List<HumanVote> log = new CopyOnWriteArrayList<>();
  final MovableClock clock = new MovableClock();
  final AnnotatorPanel panel;
  final TaskTable tasks;
  final HumanPage page;
  volatile boolean logIsAway;

  Pages() {
    HumanOptions options =
        SettingsTree.read(
            Map.of("port", 0, "annotators", "people", "max_open", 100),
            HumanOptions.class,
            "judge");
    panel =
        new AnnotatorPanel(
            options,
            "Prefer what is right.\n<b>Then</b> what is short.",
            Annotators.parse("ann: %s\nbob: %s".formatted(ANN, BOB), "people"));
    tasks = new TaskTable(panel.rules("people", Duration.ofHours(1)));
    page = HumanPage.start(panel, clock);
    page.open(new AnnotationBackend(tasks, this::write));
  }

  private void write(HumanVote vote, Duration thinking) {
    if (logIsAway) {
      throw new IllegalStateException("the log is away");
    }
    log.add(vote);
  }

  void sampled(String id, String prompt, String first, String second) {
    tasks.sampled(Comparison.of(Examples.pair(id, Examples.prompt(prompt), first, second)), 0);
  }

  String address() {
    return page.address().toString();
  }

  @Override
  public void close() {
    page.close();
  }

  /** Goes with the system's clock, plus what it was moved by. */
  static final class MovableClock extends Clock {
    private volatile Duration ahead = Duration.ZERO;

    void move(Duration by) {
      ahead = ahead.plus(by);
    }

    @Override
    public Instant instant() {
      return Instant.now().plus(ahead);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException("tests know one zone");
    }
  }
}
