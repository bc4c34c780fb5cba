package io.dpostream.broker;

import io.dpostream.settings.UserException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A Java process that runs a {@link ChildMain.Service}, with this process's class path. */
final class ChildProcess {
  private final String name;
  private final Path log;
  private final Process process;
  private final Optional<ClassDataArchive> archive;

  private ChildProcess(String name, Path log, Process process, Optional<ClassDataArchive> archive) {
    this.name = name;
    this.log = log;
    this.process = process;
    this.archive = archive;
  }

  /**
   * Launches a child, which need not be ready yet.
   *
   * @param log file to which its output is appended
   */
  static ChildProcess launch(
      String name, Class<?> main, int heapMb, Path log, List<String> arguments) {
    String classPath = ClassDataArchive.classPath(main, System.getProperty("java.class.path"));
    Optional<ClassDataArchive> archive = ClassDataArchive.of(main, classPath);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx" + heapMb + "m");
    command.add("-XX:+UseSerialGC");
    command.add("-XX:TieredStopAtLevel=1");
    // Remarks of the virtual machine would go to standard output, where the parent listens.
    command.add("-Xlog:disable");
    archive.map(ClassDataArchive::options).ifPresent(command::addAll);
    command.add("-Dlogback.configurationFile=io/dpostream/broker/logback-child.xml");
    command.add(main.getName());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("CLASSPATH", classPath);
    builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    try {
      Files.createDirectories(log.toAbsolutePath().getParent());
      return new ChildProcess(name, log, builder.start(), archive);
    } catch (IOException e) {
      throw new UserException(name + ": cannot be started (" + e.getMessage() + ")", e);
    }
  }

  /**
   * Waits until clients can connect.
   *
   * @throws UserException with the child's own message when it could not start
   */
  void awaitReady() {
    String line;
    try {
      line =
          new BufferedReader(
                  new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
              .readLine();
    } catch (IOException e) {
      line = null;
    }
    if (ChildMain.READY.equals(line)) {
      return;
    }
    process.destroyForcibly();
    String reason =
        line != null && line.startsWith(ChildMain.ERROR)
            ? line.substring(ChildMain.ERROR.length())
            : "ended before it was ready";
    throw new UserException(name + ": " + reason + " (more in " + log + ")");
  }

  String name() {
    return name;
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Kills the child, like {@code kill -9}; returns when the process is gone. */
  void kill() {
    process.destroyForcibly();
    await(30);
    archive.ifPresent(one -> one.ended(false));
  }

  /** Asks the child to stop and waits; kills it when it takes longer than 10 s. */
  void stop() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // the child is already gone
    }
    if (await(10)) {
      archive.ifPresent(one -> one.ended(process.exitValue() == 0));
    } else {
      kill();
    }
  }

  private boolean await(int seconds) {
    try {
      return process.waitFor(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
      return false;
    }
  }
}
