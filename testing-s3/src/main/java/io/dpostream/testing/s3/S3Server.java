package io.dpostream.testing.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Adobe's S3Mock, a server that speaks S3 and keeps objects in a folder, as a child process on a
 * port of its own. It takes any credentials.
 */
public final class S3Server implements AutoCloseable {
  private static final Pattern LISTENING =
      Pattern.compile("Tomcat started on ports?.* (\\d+) \\(http\\)");

  private final Process process;
  private final URI endpoint;

  private S3Server(Process process, URI endpoint) {
    this.process = process;
    this.endpoint = endpoint;
  }

  /**
   * Starts a server and waits until it listens.
   *
   * @param root folder in which it keeps objects, made when it is missing
   * @param buckets that exist from the start
   */
  public static S3Server start(Path root, String... buckets) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add("-Djava.io.tmpdir=" + root.toAbsolutePath());
    command.add(S3Child.class.getName());
    command.add("--spring.main.banner-mode=off");
    command.add("--http.port=0");
    command.add("--server.port=0");
    command.add("--com.adobe.testing.s3mock.max-payload-size=1GB");
    command.add("--com.adobe.testing.s3mock.store.root=" + root.toAbsolutePath());
    command.add("--com.adobe.testing.s3mock.store.retain-files-on-exit=true");
    command.add("--com.adobe.testing.s3mock.store.initial-buckets=" + String.join(",", buckets));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    try {
      Files.createDirectories(root);
      builder.environment().put("CLASSPATH", classPath());
      Process process = builder.start();
      return new S3Server(process, URI.create("http://127.0.0.1:" + awaitPort(process)));
    } catch (IOException e) {
      throw new IllegalStateException("the S3 server does not start: " + e.getMessage(), e);
    }
  }

  /** Where it listens. */
  public URI endpoint() {
    return endpoint;
  }

  private static String classPath() throws IOException {
    try (InputStream in = requireNonNull(S3Server.class.getResourceAsStream("class-path"))) {
      String own = S3Server.class.getProtectionDomain().getCodeSource().getLocation().getPath();
      return own + File.pathSeparator + new String(in.readAllBytes(), UTF_8).strip();
    }
  }

  private static int awaitPort(Process process) throws IOException {
    BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    StringBuilder said = new StringBuilder();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      said.append(line).append('\n');
      Matcher listening = LISTENING.matcher(line);
      if (listening.find()) {
        Thread reader = new Thread(() -> out.lines().forEach(rest -> {}), "s3-server-output");
        reader.setDaemon(true);
        reader.start();
        return Integer.parseInt(listening.group(1));
      }
    }
    throw new IOException("it ended:\n" + said);
  }

  /** Kills the server; nobody reads its data again. */
  @Override
  public void close() {
    process.destroyForcibly();
  }
}
