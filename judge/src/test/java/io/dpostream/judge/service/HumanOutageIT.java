package io.dpostream.judge.service;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import io.dpostream.broker.LocalCluster;
import io.dpostream.broker.Ports;
import io.dpostream.judge.Examples;
import io.dpostream.judge.Judges;
import io.dpostream.judge.Wire;
import io.dpostream.judge.human.Chromium;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.Judgment;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person sees, and what becomes of the answer, while the broker or the judge is away. */
class HumanOutageIT {
  private static final double PATIENCE_MS = 90_000;
  private static final String ANN = "ann-0123456789abc";
  private static final Path SCREENSHOTS = Path.of("target", "screenshots");

  @TempDir Path dir;

  @Test
  void shouldSaveEveryAnswerOnceWhateverIsAwayMeanwhile() throws Exception {
    Path annotators = Files.writeString(dir.resolve("annotators"), "ann: " + ANN + "\n");
    try (Chromium chromium = Chromium.launch();
        LocalCluster cluster = LocalCluster.start(dir.resolve("cluster"))) {
      PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MS);
      Wire wire = new Wire(cluster.settings(), "");
      wire.write(wire.settings().topics().completionPairs(), pairs(4), CompletionPair::getPairId);
      Page page = chromium.browser().newPage();
      int port = Ports.free().registry(); // the cluster has taken its own
      Map<String, Object> people =
          Map.of(
              "id", "people", "type", "human", "port", port, "annotators", annotators.toString());

      try (Judging judging = new Judging(people, wire)) {
        signIn(page, port);

        cluster.killBroker();
        page.keyboard().press("1");
        assertThat(page.locator("#notice"))
            .hasText(
                "The log of votes cannot be reached. Your answer is kept here and sent again."
                    + " Leave this page open; it goes on by itself.");
        shoot(page, "broker-away");
        cluster.restartBroker();
        assertThat(page.locator("#progress")).containsText("1 judged · 3 open");
        assertThat(page.locator("#notice")).isHidden();
      }
      page.keyboard().press("2");
      assertThat(page.locator("#notice"))
          .hasText(
              "The judge cannot be reached. Your answer is kept here and sent again."
                  + " Leave this page open; it goes on by itself.");
      shoot(page, "judge-away");
      try (Judging judging = new Judging(people, wire)) {
        assertThat(page.locator("#progress")).containsText("2 judged · 2 open");
        page.keyboard().press("0");
        assertThat(page.locator("#progress")).containsText("3 judged · 1 open");
      }

      List<Judgment> judgments = wire.read(wire.settings().topics().judgments());
      assertThat(judgments).hasSize(3);
      assertThat(judgments).extracting(Judgment::getPairId).doesNotHaveDuplicates();
    }
  }

  private static void signIn(Page page, int port) {
    page.navigate("http://127.0.0.1:" + port);
    page.locator("#token").fill(ANN);
    page.locator("#token").press("Enter");
    assertThat(page.locator("#task")).isVisible();
  }

  private static void shoot(Page page, String name) {
    page.screenshot(
        new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve("human-" + name + ".png")));
  }

  private static List<CompletionPair> pairs(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> Examples.pair("p" + i, Examples.prompt("Prompt " + i), "a" + i, "b" + i))
        .toList();
  }

  private static final class Judging implements AutoCloseable {
    private final JudgeService service;
    private final CompletableFuture<Void> run;

    Judging(Map<String, Object> judge, Wire wire) throws Exception {
      CompletableFuture<URI> served = new CompletableFuture<>();
      JudgeListener listener =
          new JudgeListener() {
            @Override
            public void pageServed(String judgeId, URI address) {
              served.complete(address);
            }
          };
      JudgeConfig d = JudgeConfig.defaults();
      service =
          new JudgeService(
              new JudgeConfig(
                  List.of(judge),
                  d.instance(),
                  d.maxAttempts(),
                  d.retryBackoffMs(),
                  d.verdictTimeoutMs(),
                  d.maxPollRecords(),
                  d.sessionTimeoutMs(),
                  d.lockMs()),
              Duration.ZERO,
              wire.settings(),
              Judges.onClassPath(),
              listener,
              Clock.systemUTC());
      run = CompletableFuture.runAsync(service::run);
      served.get();
    }

    @Override
    public void close() {
      service.close();
      run.join();
    }
  }
}
