package io.dpostream.judge.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.judge.Comparison;
import io.dpostream.judge.Examples;
import io.dpostream.judge.Judge;
import io.dpostream.judge.Verdict;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.JudgeKind;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.VerdictKind;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class JudgeInvokerTest {
  private static final CompletionPair PAIR =
      Examples.pair("pair", Examples.prompt("p"), "first", "second");

  private final AtomicInteger failures = new AtomicInteger();
  private final List<String> givenUp = new ArrayList<>();

  @Test
  void shouldTellAJudgeThatTakesTooLongThatNobodyWaits() {
    CompletableFuture<Verdict> never = new CompletableFuture<>();

    assertThatThrownBy(bench(never, false).judge(PAIR)::join)
        .hasCauseInstanceOf(TimeoutException.class);

    assertThat(never).isCompletedExceptionally();
  }

  @Test
  void shouldGiveAJudgeThatBoundsItselfAllTheTimeItTakes() {
    CompletableFuture<Verdict> late = new CompletableFuture<>();
    CompletableFuture<Judgment> judgment = bench(late, true).judge(PAIR);

    // One timer counts for all, so a limit on the first would have passed before the second's.
    assertThatThrownBy(bench(new CompletableFuture<>(), false).judge(PAIR)::join)
        .hasCauseInstanceOf(TimeoutException.class);
    late.complete(new Verdict.Tie());

    assertThat(judgment.join().getVerdict()).isEqualTo(VerdictKind.TIE);
    assertThat(judgment.join().getLatencyMs()).contains(0L); // its clock stands still
  }

  @Test
  void shouldSayThatAPairIsGivenUpAndAbstainWithoutALatency() {
    Judgment judgment =
        bench(CompletableFuture.failedFuture(new IllegalStateException("broken")), false)
            .judgeOrAbstain(PAIR)
            .join();

    assertThat(judgment.getVerdict()).isEqualTo(VerdictKind.ABSTAIN);
    assertThat(judgment.getRationale().orElseThrow()).endsWith("IllegalStateException: broken");
    assertThat(judgment.getLatencyMs()).isEmpty();
    assertThat(failures).hasValue(2);
    assertThat(givenUp).containsExactly("pair");
  }

  @Test
  void shouldNotAbstainForAJudgeThatIsClosed() {
    CompletableFuture<Verdict> closed = new CompletableFuture<>();
    closed.cancel(true);

    assertThatThrownBy(bench(closed, false).judgeOrAbstain(PAIR)::join)
        .isInstanceOf(CompletionException.class);

    assertThat(failures).hasValue(0);
  }

  /** A bench with two attempts and a time limit of a millisecond. */
  private JudgeInvoker bench(CompletableFuture<Verdict> verdict, boolean boundsItself) {
    JudgeConfig config =
        JudgeMain.config(
            Map.of(
                "judges",
                List.of(Map.of("id", "j", "type", "scripted")),
                "max_attempts",
                2,
                "retry_backoff_ms",
                0,
                "verdict_timeout_ms",
                1));
    JudgeListener listener =
        new JudgeListener() {
          @Override
          public void failed(String judgeId, String pairId, Throwable cause) {
            failures.incrementAndGet();
          }

          @Override
          public void givenUp(String judgeId, String pairId, String reason) {
            givenUp.add(pairId);
          }
        };
    return new JudgeInvoker(
        config.judges().get(0),
        config,
        new FixedJudge(verdict, boundsItself),
        listener,
        Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
  }

  private record FixedJudge(CompletableFuture<Verdict> verdict, boolean boundsItself)
      implements Judge {
    @Override
    public JudgeKind kind() {
      return JudgeKind.LLM;
    }

    @Override
    public String version() {
      return "1";
    }

    @Override
    public CompletableFuture<Verdict> compare(Comparison comparison) {
      return verdict;
    }
  }
}
