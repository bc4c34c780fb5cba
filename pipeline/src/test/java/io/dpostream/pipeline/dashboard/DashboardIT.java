package io.dpostream.pipeline.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import io.dpostream.pipeline.config.Settings.MetricsSettings;
import io.dpostream.pipeline.metrics.Meters;
import io.dpostream.testing.Chromium;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The dashboard in a real browser. Screenshots go to target/screenshots, to be looked at. */
class DashboardIT {
  private static final double PATIENCE_MS = 30_000;
  private static final Path SCREENSHOTS = Path.of("target", "screenshots");

  private static Chromium chromium;

  @BeforeAll
  static void launch() {
    chromium = Chromium.launch();
    PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MS);
  }

  @AfterAll
  static void quit() {
    if (chromium != null) {
      chromium.close();
    }
  }

  @Test
  void shouldShowARunAsItGoesOn() {
    RunHistory history = Runs.history(60);
    AtomicInteger step = new AtomicInteger(60);
    List<String> errors = new ArrayList<>();
    try (Meters meters = new Meters("r1")) {
      WebServer server =
          WebServer.dashboard(
              new MetricsSettings("127.0.0.1", Optional.empty(), List.of(), Optional.empty()),
              meters,
              "r1",
              () -> Runs.progress(step.get()),
              history);
      try (BrowserContext light = context(new NewContextOptions().setViewportSize(1280, 900));
          BrowserContext dark = context(new NewContextOptions().setColorScheme(ColorScheme.DARK));
          BrowserContext narrow = context(new NewContextOptions().setViewportSize(390, 800))) {
        Page page = light.newPage();
        page.onPageError(errors::add);
        page.onConsoleMessage(
            m -> errors.addAll(m.type().equals("error") ? List.of(m.text()) : List.of()));
        page.navigate(server.address().toString());

        assertThat(page.locator("#legend")).containsText("112 pairs = 110 outcomes + 2 waiting");
        assertThat(page.locator("figure")).hasCount(6);
        assertThat(page.locator("figure polyline")).hasCount(6);
        assertThat(page.locator("figure").filter(new Locator.FilterOptions().setHasText("KL")))
            .containsText("0.060 at step 60");
        assertThat(page.locator("#preferences .rejected"))
            .hasText("<b>That is 14</b>, if you ask me.");
        assertThat(page.locator("#judges tbody tr")).hasCount(2);
        assertThat(page.locator("#versions tbody tr")).hasCount(4);
        shoot(page, "light");

        history.step(Runs.step(61, 0.4));
        step.set(61);
        assertThat(page).hasTitle(Pattern.compile("^step 61 "));
        assertThat(errors).isEmpty();

        for (BrowserContext other : List.of(dark, narrow)) {
          Page same = other.newPage();
          same.navigate(server.address().toString());
          assertThat(same.locator("figure polyline")).hasCount(6);
          assertThat((Boolean) same.evaluate("document.body.scrollWidth <= window.innerWidth"))
              .as("nothing to scroll sideways")
              .isTrue();
          shoot(same, other == dark ? "dark" : "narrow");
        }
        server.close();
        assertThat(page.locator("#state"))
            .hasText("the run cannot be reached; this is its last state");
      } finally {
        server.close();
      }
    }
  }

  private static BrowserContext context(NewContextOptions options) {
    return chromium.browser().newContext(options);
  }

  private static void shoot(Page page, String name) {
    page.screenshot(
        new Page.ScreenshotOptions()
            .setFullPage(true)
            .setPath(SCREENSHOTS.resolve("dashboard-" + name + ".png")));
  }
}
