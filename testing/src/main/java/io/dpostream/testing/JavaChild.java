package io.dpostream.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A Java program in a process of its own, with this process's class path, to be killed. */
public final class JavaChild {
  /** For programs that live for seconds on a small machine. */
  private static final List<String> SHORT_LIVED =
      List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private final List<String> command = new ArrayList<>();
  private final Class<?> program;

  private JavaChild(Class<?> program) {
    this.program = program;
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(SHORT_LIVED);
  }

  /** Describes a child that runs a class's {@code main}. */
  public static JavaChild of(Class<?> program) {
    return new JavaChild(program);
  }

  /** Bounds its heap. */
  public JavaChild heap(int megabytes) {
    command.add("-Xmx" + megabytes + "m");
    return this;
  }

  /** Sets a system property. */
  public JavaChild property(String name, String value) {
    command.add("-D" + name + "=" + value);
    return this;
  }

  /** Starts it; what it prints is added to the file. */
  public Process start(Path log, String... arguments) {
    return start(builder(arguments).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())));
  }

  /** Starts it; what it prints is to be read from the process. */
  public Process startPiped(String... arguments) {
    return start(builder(arguments));
  }

  private ProcessBuilder builder(String... arguments) {
    List<String> all = new ArrayList<>(command);
    all.add(program.getName());
    all.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(all).redirectErrorStream(true);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    return builder;
  }

  private static Process start(ProcessBuilder builder) {
    try {
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
