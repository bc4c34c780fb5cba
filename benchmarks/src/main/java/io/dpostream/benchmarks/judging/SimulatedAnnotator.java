package io.dpostream.benchmarks.judging;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.Playwright.CreateOptions;
import com.microsoft.playwright.PlaywrightException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * An annotator at the page of a human judge, simulated in Chromium: looks at the page twice a
 * second, answers a pair two and a half seconds after the last one, and reports the page's notices.
 */
final class SimulatedAnnotator implements AutoCloseable {
  private static final long LOOK_MS = 500;
  private static final long PAUSE_NANOS = 2_500_000_000L;
  private static final Path CHROMIUM =
      Path.of(System.getenv().getOrDefault("CHROMIUM", "/usr/bin/chromium"));

  private final String address;
  private final String token;
  private final Path screenshots;
  private final Consumer<String> teller;
  private final Thread thread;
  private volatile boolean closed;
  private volatile int answered;
  private volatile double longestSeconds;

  /**
   * Starts working; the page need not be served yet.
   *
   * @param screenshots folder for a screenshot of each new notice
   */
  SimulatedAnnotator(String address, String token, Path screenshots, Consumer<String> teller) {
    this.address = address;
    this.token = token;
    this.screenshots = screenshots;
    this.teller = teller;
    this.thread = new Thread(this::sit, "annotator");
    thread.start();
  }

  private void sit() {
    CreateOptions nothingToDownload =
        new CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"));
    LaunchOptions installed =
        new LaunchOptions().setExecutablePath(CHROMIUM).setArgs(List.of("--no-sandbox"));
    try (Playwright playwright = Playwright.create(nothingToDownload);
        Browser browser = playwright.chromium().launch(installed)) {
      Page page = browser.newPage();
      signIn(page);
      work(page);
    }
  }

  private void signIn(Page page) {
    while (!closed) {
      try {
        page.navigate(address);
        page.locator("#token").fill(token);
        page.locator("#token").press("Enter");
        return;
      } catch (PlaywrightException e) {
        page.waitForTimeout(LOOK_MS); // it is not served yet
      }
    }
  }

  private void work(Page page) {
    String notice = "";
    long answeredAt = System.nanoTime();
    boolean saving = false;
    while (!closed) {
      page.waitForTimeout(LOOK_MS);
      String seen = page.locator("#notice").isVisible() ? page.textContent("#notice") : "";
      if (!seen.equals(notice)) {
        notice = seen;
        teller.accept(seen.isEmpty() ? "the page's notice is gone" : "the page: " + seen);
        if (!seen.isEmpty()) {
          page.screenshot(
              new Page.ScreenshotOptions()
                  .setPath(screenshots.resolve("page-" + System.nanoTime() + ".png")));
        }
      }
      boolean ready = page.locator("[data-choice=left]").isEnabled();
      if (saving && ready) {
        saving = false;
        answered++;
        longestSeconds = Math.max(longestSeconds, (System.nanoTime() - answeredAt) / 1e9);
      }
      boolean rested = System.nanoTime() - answeredAt > PAUSE_NANOS;
      if (!saving && ready && rested && page.locator("#task").isVisible()) {
        page.keyboard().press(answered % 2 == 0 ? "1" : "2");
        answeredAt = System.nanoTime();
        saving = true;
      }
    }
    teller.accept("the page's progress: " + page.textContent("#progress"));
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d answers by the simulated annotator, saved within %.1f s",
        answered,
        longestSeconds);
  }

  /** Stops working. */
  @Override
  public void close() throws InterruptedException {
    closed = true;
    thread.join();
  }
}
