package io.dpostream.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example plug-in in examples/java-judge, compiled and found as a user's would be. */
class PluginTest {
  @TempDir Path classes;

  @Test
  void shouldFindAJudgeOnTheClassPath() throws IOException {
    Path example =
        Path.of(System.getProperty("dpo.root", ".."), "examples/java-judge/src/main")
            .toAbsolutePath();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    assumeTrue(compiler != null, "this Java has no compiler");
    int result =
        compiler.run(
            null,
            null,
            null,
            "-proc:none",
            "-d",
            classes.toString(),
            "-cp",
            System.getProperty("java.class.path"),
            example.resolve("java/com/example/QuestionJudgeFactory.java").toString());
    assertThat(result).isZero();
    Path services = Files.createDirectories(classes.resolve("META-INF/services"));
    Files.copy(
        example.resolve("resources/META-INF/services/io.dpostream.judge.JudgeFactory"),
        services.resolve("io.dpostream.judge.JudgeFactory"));

    ClassLoader before = Thread.currentThread().getContextClassLoader();
    try (URLClassLoader plugin = new URLClassLoader(new URL[] {classes.toUri().toURL()}, before)) {
      Thread.currentThread().setContextClassLoader(plugin);
      Judge judge = Judges.onClassPath().create("question", Map.of("asks", false), "judge");

      Verdict verdict =
          judge.compare(Examples.comparison(Examples.prompt("p"), "Why?", "Because.")).join();

      assertThat(verdict).isEqualTo(new Verdict.Preferred(Side.SECOND, 1));
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }
}
