package io.dpostream.testing;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.Playwright.CreateOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** The browser of this machine; tests that need one are skipped where there is none. */
public final class Chromium implements AutoCloseable {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome");

  private final Playwright playwright;
  private final Browser browser;

  private Chromium(Path executable) {
    playwright =
        Playwright.create(
            new CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    browser =
        playwright
            .chromium()
            .launch(
                new LaunchOptions().setExecutablePath(executable).setArgs(List.of("--no-sandbox")));
  }

  /** Starts it; the test is skipped when there is none. */
  public static Chromium launch() {
    Optional<Path> executable = find();
    Assumptions.assumeTrue(
        executable.isPresent(), "no browser: install chromium, or set CHROMIUM to its executable");
    return new Chromium(executable.orElseThrow());
  }

  private static Optional<Path> find() {
    Optional<String> named = Optional.ofNullable(System.getenv("CHROMIUM"));
    Stream<Path> onPath =
        Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
            .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)));
    return Stream.concat(named.map(Path::of).stream(), onPath)
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Makes pages. */
  public Browser browser() {
    return browser;
  }

  @Override
  public void close() {
    playwright.close();
  }
}
