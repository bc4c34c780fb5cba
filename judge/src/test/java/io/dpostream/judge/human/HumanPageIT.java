package io.dpostream.judge.human;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import io.dpostream.judge.Side;
import io.dpostream.schemas.VerdictKind;
import io.dpostream.testing.Chromium;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The page in a real browser. Screenshots go to target/screenshots, to be looked at. */
class HumanPageIT {
  private static final double PATIENCE_MS = 30_000;
  private static final Path SCREENSHOTS = Path.of("target", "screenshots");
  private static final String PROMPT =
      "Explain to a child why the sky is blue.\nTwo or three sentences, please.";
  private static final String SHORT =
      "Sunlight holds all colours. The air scatters the blue part most, so blue light comes to"
          + " your eyes from everywhere above you.";
  private static final String LONG =
      "The sky is blue because it reflects the sea, which is blue.\n\nThat is also why it is grey"
          + " when it rains: the sea is grey then, too.";

  private static Chromium chromium;

  private final Pages pages = new Pages();
  private final List<String> errors = new ArrayList<>();
  private final List<BrowserContext> contexts = new ArrayList<>();

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

  @AfterEach
  void tearDown() {
    contexts.forEach(BrowserContext::close);
    pages.close();
    assertThat(errors).as("errors in the browser").isEmpty();
  }

  @Test
  void shouldLetAPersonWorkByKeysAlone() {
    for (int i = 1; i <= 4; i++) {
      pages.sampled("p" + i, "Prompt " + i, "first " + i, "second " + i);
    }
    Page page = signedIn(Pages.ANN);

    assertThat(page.locator("#left")).hasText(shown("p1", "ann", 1));
    page.keyboard().press("1");
    assertThat(page.locator("#said"))
        .hasText("Saved: answer 1 is better. Press u to take it back.");
    page.keyboard().press("0");
    assertThat(page.locator("#prompt")).hasText("Prompt 3");
    page.keyboard().press("s");
    assertThat(page.locator("#prompt")).hasText("Prompt 4");
    page.keyboard().press("u");
    assertThat(page.locator("#said"))
        .hasText("You had said: skipped. That stands until you choose again.");
    page.keyboard().press("2");
    assertThat(page.locator("#prompt")).hasText("Prompt 4");
    page.keyboard().press("ArrowRight");
    assertThat(page.getByText("All done for now")).isVisible();
    assertThat(page.locator("#progress")).hasText("4 judged · 0 open");

    assertThat(pages.log)
        .extracting(HumanVote::pairId)
        .containsExactly("p1", "p2", "p3", "p3", "p4");
    assertThat(pages.log)
        .extracting(HumanVote::verdict)
        .containsExactly(
            onTheLeft("p1"),
            VerdictKind.TIE,
            VerdictKind.ABSTAIN,
            onTheRight("p3"),
            onTheRight("p4"));
    assertThat(pages.log.get(3).supersedes()).contains(pages.log.get(2).id());
  }

  @Test
  void shouldLetAPersonJudgeWhileStrangersSendHalfRequests() throws IOException {
    pages.sampled("p1", "Prompt 1", "first", "second");
    List<Socket> strangers = new ArrayList<>();
    try {
      for (int i = 0; i < 300; i++) {
        Socket socket = new Socket(pages.page.address().getHost(), pages.page.address().getPort());
        strangers.add(socket);
        socket
            .getOutputStream()
            .write(
                "POST /api/vote HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"
                    .getBytes());
      }
      Page page = signedIn(Pages.ANN);
      page.keyboard().press("1");
      assertThat(page.locator("#progress")).hasText("1 judged · 0 open");
      assertThat(pages.log).extracting(HumanVote::pairId).containsExactly("p1");
    } finally {
      for (Socket socket : strangers) {
        socket.close();
      }
    }
  }

  @Test
  void shouldShowTextAsTextWhateverItHolds() {
    String nasty =
        "<img src=x onerror=alert(1)>\nline two\ttabbed\u0000\u001b[31m \u202Egnp.exe\u200b end";
    pages.sampled("p1", "<script>alert('prompt')</script>", nasty, "");
    Page page = signedIn(Pages.ANN);
    Locator first = page.locator(Task.left("p1", "ann") == Side.FIRST ? "#left" : "#right");
    Locator second = page.locator(Task.left("p1", "ann") == Side.FIRST ? "#right" : "#left");

    assertThat(page.locator("#prompt")).hasText("<script>alert('prompt')</script>");
    assertThat(first.textContent())
        .isEqualTo(
            "<img src=x onerror=alert(1)>\nline two\ttabbedU+0000U+001B[31m U+202Egnp.exeU+200B end");
    assertThat(first.locator(".mark")).hasCount(4);
    assertThat(page.locator("main img, main script")).hasCount(0);
    // two lines of text, so taller than one line of its font
    assertThat(((Number) first.evaluate("e => e.clientHeight")).intValue()).isGreaterThan(45);
    assertThat(second).hasText("(an empty answer)");
    page.locator("#help").click();
    assertThat(page.locator("#guidelines"))
        .hasText("Prefer what is right.\n<b>Then</b> what is short.");
    shoot(page, "text");
  }

  @Test
  void shouldShowWordsAndEmojiAsTheyAreAndNameWhatIsHidden() {
    String persian =
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67";
    pages.sampled("p1", "Say it in Persian.", persian, "Good.\udb40\udc41\u3164");
    Page page = signedIn(Pages.ANN);
    Locator first = page.locator(Task.left("p1", "ann") == Side.FIRST ? "#left" : "#right");
    Locator second = page.locator(Task.left("p1", "ann") == Side.FIRST ? "#right" : "#left");

    assertThat(first.textContent()).isEqualTo(persian);
    assertThat(first.locator(".mark")).hasCount(0);
    assertThat(second.textContent()).isEqualTo("Good.U+E0041U+3164");
    assertThat(second.locator(".mark")).hasCount(2);
    shoot(page, "unseen");
  }

  @Test
  void shouldSaveTheAnswerWhenTheLogIsBackWithoutAnotherKey() {
    pages.sampled("p1", PROMPT, SHORT, LONG);
    Page page = signedIn(Pages.ANN);
    pages.logIsAway = true;

    page.keyboard().press("1");
    assertThat(page.locator("#notice"))
        .hasText(
            "The log of votes cannot be reached. Your answer is kept here and sent again."
                + " Leave this page open; it goes on by itself.");
    shoot(page, "unsaved");
    pages.logIsAway = false;

    assertThat(page.locator("#said")).hasText(Pattern.compile("^Saved: answer 1 is better"));
    assertThat(page.locator("#notice")).isHidden();
    assertThat(pages.log).hasSize(1);
  }

  @Test
  void shouldTellAPersonWhoComesBackInTheMorning() {
    pages.sampled("p1", PROMPT, SHORT, LONG);
    Page page = signedIn(Pages.ANN, new Browser.NewContextOptions());
    page.clock().install();
    page.reload();
    assertThat(page.locator("#task")).isVisible();

    page.clock().fastForward(Pages.LEASE.toMillis() + 1000);
    assertThat(page.getByText("This pair is no longer yours")).isVisible();
    shoot(page, "expired");
    pages.clock.move(Pages.LEASE);
    page.locator("#go-on").click();
    assertThat(page.locator("#task")).isVisible();
    assertThat(pages.log).isEmpty();
  }

  @Test
  void shouldTellWhenThePairWasTakenByTheServersClock() {
    pages.sampled("p1", PROMPT, SHORT, LONG);
    Page page = signedIn(Pages.ANN);
    pages.clock.move(Pages.LEASE.plus(Duration.ofSeconds(1)));

    page.keyboard().press("1");

    assertThat(page.locator("#notice"))
        .hasText(
            "Your time for this pair has ended, so it went back to everybody."
                + " Your answer did not count; here is the next pair.");
    assertThat(pages.log).isEmpty();
  }

  @Test
  void shouldKeepANoticeUntilTheNextAnswer() {
    pages.sampled("p1", PROMPT, SHORT, LONG);
    Page page = signedIn(Pages.ANN);
    pages.clock.move(Pages.LEASE);
    page.keyboard().press("1");
    assertThat(page.locator("#notice")).containsText("Your answer did not count");

    page.evaluate("look()");
    assertThat(page.locator("#notice")).containsText("Your answer did not count");
    page.keyboard().press("1");
    assertThat(page.getByText("All done for now")).isVisible();
    assertThat(page.locator("#notice")).isHidden();
  }

  @Test
  void shouldSayInPlainWordsThatAProxyAnswersInstead() {
    pages.sampled("p1", PROMPT, SHORT, LONG);
    Page page = signedIn(Pages.ANN);
    page.route(
        "**/api/status*",
        route ->
            route.fulfill(
                new Route.FulfillOptions().setStatus(502).setBody("<h1>Bad Gateway</h1>")));

    page.evaluate("look()");
    assertThat(page.locator("#notice"))
        .hasText("The judge cannot be reached (502). This page tries again by itself.");
    page.unrouteAll();
    page.evaluate("look()");
    assertThat(page.locator("#notice")).isHidden();
    errors.removeIf(error -> error.contains("502"));
  }

  @Test
  void shouldSpeakOfALostAnswerOnlyWhenThereWasOne() {
    pages.sampled("p1", PROMPT, SHORT, LONG);
    Page undoing = signedIn(Pages.ANN);
    Page answering = signedIn(Pages.ANN);
    contexts.forEach(BrowserContext::clearCookies);

    undoing.keyboard().press("u");
    answering.keyboard().press("1");

    assertThat(undoing.locator("#notice"))
        .hasText("You have been signed out. Please sign in again.");
    assertThat(answering.locator("#notice"))
        .hasText(
            "You have been signed out, so your last answer did not count. Please sign in again.");
    errors.removeIf(error -> error.contains("401"));
  }

  @Test
  void shouldAnswerWithCapsLockButNotWhileTextIsSelected() {
    pages.sampled("p1", PROMPT, SHORT, LONG);
    Page page = signedIn(Pages.ANN);

    page.keyboard().press("Shift+ArrowRight");
    assertThat(page.locator("#said")).isEmpty();
    page.keyboard().press("T");
    assertThat(page.locator("#said")).containsText("Saved: about the same");

    assertThat(pages.log).extracting(HumanVote::verdict).containsExactly(VerdictKind.TIE);
  }

  @Test
  void shouldShowANewPromptFromItsBeginning() {
    pages.sampled("p1", "line\n".repeat(300) + "of prompt 1", SHORT, LONG);
    pages.sampled("p2", "line\n".repeat(300) + "of prompt 2", SHORT, LONG);
    Page page = signedIn(Pages.ANN);
    Locator prompt = page.locator("#prompt");
    prompt.focus();
    assertThat(prompt).isFocused();
    shoot(page, "long-prompt");
    prompt.evaluate("e => e.scrollTop = 1000");

    page.keyboard().press("1");
    assertThat(prompt).containsText("of prompt 2");
    assertThat((Integer) prompt.evaluate("e => e.scrollTop")).isZero();
  }

  @Test
  void shouldShowTwoPeopleDifferentPairsAndNewOnesByThemselves() {
    pages.sampled("p1", "Prompt 1", "a", "b");
    Page ann = signedIn(Pages.ANN);
    Page bob = signedIn(Pages.BOB);

    assertThat(ann.locator("#prompt")).hasText("Prompt 1");
    assertThat(bob.getByText("All done for now")).isVisible();
    shoot(bob, "finished");
    pages.sampled("p2", "Prompt 2", "a", "b");
    assertThat(bob.locator("#prompt")).hasText("Prompt 2");
  }

  @Test
  void shouldAskForTheTokenAndSayWhenItIsWrong() {
    Page page = open(new Browser.NewContextOptions());
    assertThat(page.locator("#token")).isFocused();
    shoot(page, "sign-in");

    page.locator("#token").fill("not-a-token-of-ours");
    page.locator("#token").press("Enter");

    assertThat(page.locator("#notice")).hasText("This token is not known here.");
    assertThat(page.locator("#task")).isHidden();
    errors.removeIf(error -> error.contains("401"));
  }

  @Test
  void shouldLookGoodInLightDarkAndNarrow() {
    pages.sampled("p1", PROMPT, SHORT, LONG);
    pages.sampled("p2", PROMPT, SHORT, LONG);
    Page light = signedIn(Pages.ANN, new Browser.NewContextOptions().setViewportSize(1280, 800));
    shoot(light, "light");
    light.locator("#help").click();
    light.locator("[data-choice=tie]").hover();
    shoot(light, "guidelines");
    Page dark =
        signedIn(
            Pages.ANN,
            new Browser.NewContextOptions()
                .setViewportSize(1280, 800)
                .setColorScheme(ColorScheme.DARK));
    shoot(dark, "dark");
    Page narrow = signedIn(Pages.ANN, new Browser.NewContextOptions().setViewportSize(390, 780));
    shoot(narrow, "narrow");

    for (Page page : List.of(light, dark, narrow)) {
      assertThat((Boolean) page.evaluate("document.body.scrollWidth <= window.innerWidth"))
          .as("nothing to scroll sideways")
          .isTrue();
      assertThat((Double) page.evaluate(LOWEST_CONTRAST)).as("contrast").isGreaterThan(4.5);
    }
  }

  /** The lowest ratio of WCAG 2.1 among all visible texts on plain backgrounds. */
  private static final String LOWEST_CONTRAST =
      """
      (() => {
        const rgb = (s) => s.match(/[\\d.]+/g).map(Number);
        const light = (c) => {
          const [r, g, b] = c.slice(0, 3).map((v) => v / 255)
            .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const behind = (e) => {
          for (; e; e = e.parentElement) {
            const c = rgb(getComputedStyle(e).backgroundColor);
            if (c.length < 4 || c[3] > 0) return c;
          }
          return [255, 255, 255];
        };
        let lowest = 21;
        for (const e of document.querySelectorAll("body *")) {
          const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
          if (!own || !e.checkVisibility() || e.tagName === "SCRIPT") continue;
          const a = light(rgb(getComputedStyle(e).color)), b = light(behind(e));
          lowest = Math.min(lowest, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
        }
        return lowest + 0;
      })()""";

  private Page signedIn(String token) {
    return signedIn(token, new Browser.NewContextOptions());
  }

  private Page signedIn(String token, Browser.NewContextOptions options) {
    Page page = open(options);
    page.locator("#token").fill(token);
    page.locator("#token").press("Enter");
    assertThat(page.locator("#sign-in")).isHidden();
    errors.removeIf(error -> error.contains("401")); // the first look, before signing in
    return page;
  }

  private Page open(Browser.NewContextOptions options) {
    BrowserContext context = chromium.browser().newContext(options);
    contexts.add(context);
    Page page = context.newPage();
    page.onPageError(errors::add);
    page.onConsoleMessage(
        message -> {
          if (message.type().equals("error") && !message.text().contains("503")) {
            errors.add(message.text());
          }
        });
    page.navigate(pages.address());
    return page;
  }

  private static void shoot(Page page, String name) {
    page.screenshot(
        new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve("human-" + name + ".png")));
  }

  private static String shown(String pairId, String annotator, int number) {
    return (Task.left(pairId, annotator) == Side.FIRST ? "first " : "second ") + number;
  }

  private static VerdictKind onTheLeft(String pairId) {
    return Choice.LEFT.verdict(Task.left(pairId, "ann"));
  }

  private static VerdictKind onTheRight(String pairId) {
    return Choice.RIGHT.verdict(Task.left(pairId, "ann"));
  }
}
