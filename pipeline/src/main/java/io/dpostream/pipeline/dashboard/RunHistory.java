package io.dpostream.pipeline.dashboard;

import io.dpostream.judge.stats.JudgeReport;
import io.dpostream.judge.stats.JudgeStatistics;
import io.dpostream.pipeline.evaluation.WinRate;
import io.dpostream.pipeline.progress.RunObserver;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.StepTaken;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The past of a run as a dashboard shows it, in bounded memory. Thread-safe. */
public final class RunHistory implements RunObserver {
  /** A measurement of a step's policy against the reference. */
  record Measured(long step, WinRate winRate) {}

  private static final int POINTS = 400;
  private static final int RECENT = 12;
  private static final int MEASURED = 1000;
  private static final int JUDGMENTS = 5000;
  private static final Duration JUDGES_EVERY = Duration.ofSeconds(20);
  private static final long RESAMPLING_SEED = 1;

  private final Clock clock;
  private final StepSeries steps = new StepSeries(POINTS);
  private final Deque<PolicyVersion> versions = new ArrayDeque<>();
  private final Deque<Preference> preferences = new ArrayDeque<>();
  private final Deque<Judgment> judgments = new ArrayDeque<>();
  private final Deque<Measured> measured = new ArrayDeque<>();
  private final Object measuringJudges = new Object();
  private List<JudgeReport> judges = List.of();
  private Instant judgesAt = Instant.MIN;

  public RunHistory(Clock clock) {
    this.clock = clock;
  }

  @Override
  public synchronized void step(StepTaken step) {
    steps.add(step);
  }

  @Override
  public synchronized void judgment(Judgment judgment) {
    add(judgments, judgment, JUDGMENTS);
  }

  @Override
  public synchronized void preference(Preference preference) {
    add(preferences, preference, RECENT);
  }

  @Override
  public synchronized void version(PolicyVersion version) {
    add(versions, version, RECENT);
  }

  /** Adds a measurement of a step's policy. */
  public synchronized void measured(long step, WinRate winRate) {
    add(measured, new Measured(step, winRate), MEASURED);
  }

  synchronized List<StepSeries.Point> steps() {
    return steps.points();
  }

  synchronized List<Measured> measured() {
    return List.copyOf(measured);
  }

  /** The newest first. */
  synchronized List<PolicyVersion> versions() {
    return newestFirst(versions);
  }

  /** Recent preferences, newest first. */
  synchronized List<Preference> preferences() {
    return newestFirst(preferences);
  }

  /**
   * The quality of the judges on their last {@value #JUDGMENTS} judgments, measured from time to
   * time.
   */
  List<JudgeReport> judges() {
    synchronized (measuringJudges) {
      if (clock.instant().isAfter(judgesAt.plus(JUDGES_EVERY))) {
        judges = JudgeStatistics.of(recentJudgments(), RESAMPLING_SEED);
        judgesAt = clock.instant();
      }
      return judges;
    }
  }

  private synchronized List<Judgment> recentJudgments() {
    return List.copyOf(judgments);
  }

  private static <T> void add(Deque<T> recent, T newest, int most) {
    recent.addLast(newest);
    if (recent.size() > most) {
      recent.removeFirst();
    }
  }

  private static <T> List<T> newestFirst(Deque<T> recent) {
    List<T> list = new ArrayList<>();
    recent.descendingIterator().forEachRemaining(list::add);
    return list;
  }
}
