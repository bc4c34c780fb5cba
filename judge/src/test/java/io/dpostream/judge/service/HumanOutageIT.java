package io.dpostream.judge.service;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import io.dpostream.broker.LocalCluster;
import io.dpostream.broker.Ports;
import io.dpostream.judge.Examples;
import io.dpostream.judge.Wire;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.Judgment;
import io.dpostream.testing.Chromium;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a person sees, and what becomes of the answer, while the endpoint of the language model
 * beside, the broker, or the judge's own process is away.
 */
class HumanOutageIT {
  private static final double PATIENCE_MS = 90_000;
  private static final String ANN = "ann-0123456789abc";
  private static final Path SCREENSHOTS = Path.of("target", "screenshots");
  private static final String KEPT =
      " Your answer is kept here and sent again. Leave this page open; it goes on by itself.";

  @TempDir Path dir;

  @Test
  void shouldSaveEveryAnswerOnceWhateverIsAwayMeanwhile() throws Exception {
    try (Chromium chromium = Chromium.launch();
        LocalCluster cluster = LocalCluster.start(dir.resolve("cluster"))) {
      PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MS);
      Wire wire = new Wire(cluster.settings());
      wire.write(wire.settings().topics().completionPairs(), pairs(5), CompletionPair::getPairId);
      List<Map<String, Object>> judges = judges(Ports.free());
      Process process = launch(wire, judges);
      try {
        Page page = signedIn(chromium, judges);

        // nobody listens where the language model should be
        page.keyboard().press("1");
        assertThat(page.locator("#progress")).containsText("1 judged · 4 open");

        cluster.killBroker();
        page.keyboard().press("2");
        assertThat(page.locator("#notice")).hasText("The log of votes cannot be reached." + KEPT);
        shoot(page, "broker-away");
        cluster.restartBroker();
        assertThat(page.locator("#progress")).containsText("2 judged · 3 open");
        assertThat(page.locator("#notice")).isHidden();

        process.destroyForcibly().waitFor();
        page.keyboard().press("0");
        assertThat(page.locator("#notice")).hasText("The judge cannot be reached." + KEPT);
        shoot(page, "judge-away");
        process = launch(wire, judges);
        assertThat(page.locator("#progress")).containsText("3 judged · 2 open");

        // killed with the answer on its way: whether it was saved, the page cannot know
        page.keyboard().press("1");
        process.destroyForcibly().waitFor();
        process = launch(wire, judges);
        assertThat(page.locator("#progress")).containsText("4 judged · 1 open");
        page.keyboard().press("2");
        assertThat(page.locator("#progress")).containsText("5 judged · 0 open");
      } finally {
        process.destroyForcibly().waitFor();
      }

      List<Judgment> judgments = wire.read(wire.settings().topics().judgments());
      assertThat(judgments).hasSize(5);
      assertThat(judgments).extracting(Judgment::getPairId).doesNotHaveDuplicates();
      assertThat(judgments).extracting(Judgment::getJudgeId).containsOnly("people");
    }
  }

  private List<Map<String, Object>> judges(Ports free) throws IOException {
    Path annotators = Files.writeString(dir.resolve("annotators"), "ann: " + ANN + "\n");
    return List.of(
        Map.of(
            "id",
            "people",
            "type",
            "human",
            "port",
            free.registry(),
            "annotators",
            annotators.toString()),
        Map.of(
            "id",
            "llm",
            "type",
            "llm",
            "delivery",
            "share_group",
            "model",
            "away",
            "api_key_env",
            "",
            "base_url",
            "http://127.0.0.1:" + free.broker() + "/v1"));
  }

  private Process launch(Wire wire, List<Map<String, Object>> judges) throws IOException {
    return JudgeMain.launch(wire.settings(), "0", judges, dir.resolve("judge.log"));
  }

  private static Page signedIn(Chromium chromium, List<Map<String, Object>> judges) {
    Page page = chromium.browser().newPage();
    String address = "http://127.0.0.1:" + judges.get(0).get("port");
    await().ignoreExceptions().until(() -> page.navigate(address).ok());
    page.locator("#token").fill(ANN);
    page.locator("#token").press("Enter");
    assertThat(page.locator("#task")).isVisible();
    return page;
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
}
