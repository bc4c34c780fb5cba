package io.dpostream.pipeline.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks documents against the source tree and each other. */
class DocumentsTest {
  private static final Path ROOT = Path.of(System.getProperty("dpo.root"));

  /** A word in code font that looks like a class of ours: two capitals or more, and no dot. */
  private static final Pattern CLASS = Pattern.compile("`([A-Z][a-z]+(?:[A-Z][a-z]+)+)`");

  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:\\s]+)(?:#[^)]*)?\\)");

  private static final Pattern ANCHORED = Pattern.compile("\\]\\(([^)#:\\s]*#[^)]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");

  /** Classes of other projects that documents name, and a pattern for names of tests. */
  private static final Set<String> FOREIGN =
      Set.of("CachedSchemaRegistryClient", "MockProducer", "LoraConfig", "XxxTest");

  private static Set<String> sources;

  @BeforeAll
  static void findSources() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      sources =
          files
              .map(file -> ROOT.relativize(file).toString())
              .filter(file -> file.matches("[^/]+(/[^/]+)?/src/.*\\.(java|avsc)"))
              .map(file -> file.replaceAll(".*/|\\.[a-z]+$", ""))
              .collect(Collectors.toUnmodifiableSet());
    }
  }

  static List<Path> explanations() {
    return List.of(
        Path.of("docs/architecture.md"),
        Path.of("docs/for-kafka-users.md"),
        Path.of("docs/ledger.md"),
        Path.of("docs/wire.md"),
        Path.of("CONTRIBUTING.md"));
  }

  static List<Path> documents() throws IOException {
    try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"));
        Stream<Path> top = Files.list(ROOT)) {
      return Stream.concat(docs, top)
          .filter(file -> file.toString().endsWith(".md"))
          .map(ROOT::relativize)
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("explanations")
  void shouldNameClassesThatThereAre(Path document) throws IOException {
    assertThat(matches(CLASS, document))
        .allMatch(name -> sources.contains(name) || FOREIGN.contains(name));
  }

  @Test
  void shouldNameClassesInTheArchitecture() throws IOException {
    assertThat(matches(CLASS, Path.of("docs/architecture.md"))).hasSizeGreaterThan(15);
  }

  @ParameterizedTest
  @MethodSource("documents")
  void shouldLinkToFilesThatThereAre(Path document) throws IOException {
    assertThat(matches(LINK, document))
        .allMatch(link -> Files.exists(ROOT.resolve(document).resolveSibling(link)));
  }

  @ParameterizedTest
  @MethodSource("documents")
  void shouldLinkToHeadingsThatThereAre(Path document) throws IOException {
    for (String link : matches(ANCHORED, document)) {
      String target = link.substring(0, link.indexOf('#'));
      Path file = target.isEmpty() ? document : document.resolveSibling(target);
      assertThat(matches(HEADING, file).stream().map(DocumentsTest::anchor))
          .as("headings of %s", file)
          .contains(link.substring(link.indexOf('#') + 1));
    }
  }

  /** The name that GitHub gives a heading in a link. */
  private static String anchor(String heading) {
    return heading.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-');
  }

  @Test
  void shouldBuildTheVersionAfterTheNewestRelease() throws IOException {
    Version released = version("\\n## \\[(\\d[^]]*)]", "CHANGELOG.md");
    Version built = version("<artifactId>dpo-stream</artifactId>\\s*<version>([^<]+)", "pom.xml");
    assertThat(built).isGreaterThanOrEqualTo(released);
  }

  private static Version version(String pattern, String file) throws IOException {
    return Version.parse(matches(Pattern.compile(pattern), Path.of(file)).get(0));
  }

  @ParameterizedTest
  @MethodSource("decisions")
  void shouldSayInADecisionWhyAndWhatFollows(Path decision) throws IOException {
    assertThat(Files.readString(ROOT.resolve(decision)))
        .contains("**Context.**", "**Decision.**")
        .containsPattern("\\*\\*(Consequence|Rejected)\\.\\*\\*");
  }

  static List<Path> decisions() throws IOException {
    return documents().stream().filter(file -> file.startsWith("docs/decisions")).toList();
  }

  private static List<String> matches(Pattern pattern, Path document) throws IOException {
    return pattern
        .matcher(Files.readString(ROOT.resolve(document)))
        .results()
        .map((MatchResult match) -> match.group(1))
        .distinct()
        .toList();
  }
}
