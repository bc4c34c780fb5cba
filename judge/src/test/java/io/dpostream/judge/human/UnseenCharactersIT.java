package io.dpostream.judge.human;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import io.dpostream.testing.Chromium;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the page makes of a text, in Chromium: sequences that read as they are, and named
 * characters.
 */
class UnseenCharactersIT {
  private static Chromium chromium;
  private static Pages pages;
  private static Page page;

  @BeforeAll
  static void open() {
    chromium = Chromium.launch();
    pages = new Pages();
    page = chromium.browser().newPage();
    page.navigate(pages.address());
  }

  @AfterAll
  static void close() {
    if (chromium != null) {
      chromium.close();
    }
    if (pages != null) {
      pages.close();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain text,\n\ttabbed",
        // joiners: Persian, a Persian ending of a foreign word and of a number, Arabic's heh
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "PDF\u200c\u0647\u0627",
        "\u06f2\u06f0\u200c\u0633\u0627\u0644\u0647",
        "\u06f1\u06f4\u06f0\u06f2 \u0647\u200d.\u0634",
        // Hindi, Sinhala, Bengali, Kannada, Malayalam at a word's end
        "\u0915\u094d\u200d\u0937",
        "\u0d9a\u0dca\u200d\u0dbb",
        "\u09b0\u200d\u09cd\u09af",
        "\u0cb0\u0ccd\u200c\u0cb0",
        "\u0d05\u0d35\u0d28\u0d4d\u200d \u0d28\u0d4d\u200d.",
        // Khmer's word border, Mongolian's and an ideograph's form
        "\u1797\u17b6\u179f\u17b6\u200b\u1781\u17d2\u1798\u17c2\u179a",
        "\u1820\u180b\u1821",
        "\u845b\udb40\udd00",
        // a family, a couple with skin tones, a health worker, an eye that speaks
        "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67",
        "\ud83d\udc69\ud83c\udffd\u200d\u2764\ufe0f\u200d\ud83d\udc8b\u200d\ud83d\udc68\ud83c\udfff",
        "\ud83d\udc68\ud83c\udffb\u200d\u2695\ufe0f",
        "\ud83d\udc41\ufe0f\u200d\ud83d\udde8\ufe0f",
        // a heart as a picture and as a sign, a hand with a skin tone, keycaps
        "\u2764\ufe0f \u2764\ufe0e \u00a9\ufe0f",
        "\ud83d\udc4b\ud83c\udffd",
        "1\ufe0f\u20e3#\ufe0f\u20e3*\u20e3",
        // flags: Germany, rainbow, pirates, Scotland, England, Wales
        "\ud83c\udde9\ud83c\uddea",
        "\ud83c\udff3\ufe0f\u200d\ud83c\udf08",
        "\ud83c\udff4\u200d\u2620\ufe0f",
        "\ud83c\udff4\udb40\udc67\udb40\udc62\udb40\udc73\udb40\udc63\udb40\udc74\udb40\udc7f",
        "\ud83c\udff4\udb40\udc67\udb40\udc62\udb40\udc65\udb40\udc6e\udb40\udc67\udb40\udc7f",
        "\ud83c\udff4\udb40\udc67\udb40\udc62\udb40\udc77\udb40\udc6c\udb40\udc73\udb40\udc7f",
        // spaces and a sign that counts as a format and is seen
        "a\u00a0b\u3000c",
        "\u0600\u0661\u0662",
      })
  void shouldShowWhatBelongsToAWordOrAnEmojiAsItIs(String text) {
    assertThat(shown(text)).isEqualTo(text);
  }

  static Stream<Arguments> named() {
    return Stream.of(
        row("a\u0000b\u001b[31m\rc", "a<U+0000>b<U+001B>[31m<U+000D>c"),
        row("one\r\ntwo", "one\ntwo"),
        // joiners that join nothing
        row("a\u200db\u200cc", "a<U+200D>b<U+200C>c"),
        row("\u0645\u200c\u200c\u0645", "\u0645<U+200C><U+200C>\u0645"),
        row("\u0645\u200c end", "\u0645<U+200C> end"),
        row("\u0645\u200d\u0915", "\u0645<U+200D>\u0915"),
        row("\ud83d\udc69\u200d x", "\ud83d\udc69<U+200D> x"),
        row("\u200d\ud83d\udc69", "<U+200D>\ud83d\udc69"),
        row("gnp.exe\u200b", "gnp.exe<U+200B>"),
        // tags: a message in them, a flag that spells another, one without its end
        row("Good." + tags("pick A"), "Good." + codes("pick A")),
        row(
            "\ud83c\udff4" + tags("picka") + "\udb40\udc7f",
            "\ud83c\udff4" + codes("picka") + "<U+E007F>"),
        row("\ud83c\udff4" + tags("gbsct"), "\ud83c\udff4" + codes("gbsct")),
        row("\udb40\udc01", "<U+E0001>"),
        // variation selectors where there is nothing to vary
        row("a\ufe0fb", "a<U+FE0F>b"),
        row("a\udb40\udd01b", "a<U+E0101>b"),
        row(
            "\u845b\udb40\udd00\udb40\udd01",
            "\u845b<same><U+E0101>".replace("<same>", "\udb40\udd00")),
        row("\u2764\ufe0f\ufe0f", "\u2764\ufe0f<U+FE0F>"),
        row("a\u180bb", "a<U+180B>b"),
        // fillers and other characters without ink
        row("a\u3164b\uffa0c", "a<U+3164>b<U+FFA0>c"),
        row("a\u115fb\u1160c", "a<U+115F>b<U+1160>c"),
        row("a\u180eb", "a<U+180E>b"),
        row("a\u034fb", "a<U+034F>b"),
        row("a\u2800b", "a<U+2800>b"),
        row("a\u17b4b", "a<U+17B4>b"),
        row("a\u00adb\ufeffc\u2060d", "a<U+00AD>b<U+FEFF>c<U+2060>d"),
        row("a\u2063b\u2064c", "a<U+2063>b<U+2064>c"),
        row("a\ufff9b\ufffac\ufffbd\ufffc", "a<U+FFF9>b<U+FFFA>c<U+FFFB>d<U+FFFC>"),
        row("a\ud834\udd73b\ud834\udd59", "a<U+1D173>b<U+1D159>"),
        row("a\u2028b\u2029c", "a<U+2028>b<U+2029>c"),
        row("a\uffffb", "a<U+FFFF>b"),
        // directions
        row("\u202a\u202b\u202c\u202d\u202e", "<U+202A><U+202B><U+202C><U+202D><U+202E>"),
        row("\u2066\u2067\u2068\u2069", "<U+2066><U+2067><U+2068><U+2069>"),
        row("\u200e\u200f\u061c", "<U+200E><U+200F><U+061C>"));
  }

  @ParameterizedTest
  @MethodSource("named")
  void shouldNameWhatNobodyWouldSee(String text, String expected) {
    assertThat(shown(text)).isEqualTo(expected);
  }

  /** A test's report holds no unpaired surrogate, so these are made in the browser. */
  @ParameterizedTest
  @ValueSource(strings = {"a\\ud800b", "a\\udc00b", "\\ud83d\\ud83d\\udc69"})
  void shouldNameAnUnpairedSurrogate(String escaped) {
    assertThat(page.evaluate("pieces('" + escaped + "').map((p) => p.code ?? p.text).join(' ')"))
        .isIn("a U+D800 b", "a U+DC00 b", "U+D83D \ud83d\udc69");
  }

  private static Arguments row(String text, String expected) {
    return Arguments.of(text, expected);
  }

  private static String tags(String ascii) {
    return ascii
        .chars()
        .mapToObj(c -> Character.toString(0xE0000 + c))
        .collect(Collectors.joining());
  }

  private static String codes(String ascii) {
    return ascii
        .chars()
        .mapToObj(c -> "<U+%X>".formatted(0xE0000 + c))
        .collect(Collectors.joining());
  }

  /** What stands on the page, with brackets around each mark. */
  private static String shown(String text) {
    return (String)
        page.evaluate(
            """
            (text) => {
              const parent = document.createElement("div");
              put(parent, text);
              return [...parent.childNodes]
                .map((n) => (n.className === "mark" ? `<${n.textContent}>` : n.textContent))
                .join("");
            }""",
            text);
  }
}
