package io.dpostream.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.settings.UserException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PortsTest {
  private static final int START = 27_000;

  @Test
  void shouldGiveNoPortTwiceInAProcess() {
    List<CompletableFuture<Ports>> searches =
        IntStream.range(0, 8)
            .mapToObj(i -> CompletableFuture.supplyAsync(() -> Ports.freeFrom(START)))
            .toList();

    assertThat(searches.stream().map(CompletableFuture::join).flatMap(PortsTest::all))
        .hasSize(24)
        .doesNotHaveDuplicates();
  }

  @Test
  void shouldGiveNoPortToTwoProcessesThatSearchFromTheSamePlace() throws Exception {
    List<Process> processes = new ArrayList<>();
    List<String> given = new ArrayList<>();
    try {
      for (int i = 0; i < 2; i++) {
        processes.add(launch());
      }
      for (Process process : processes) {
        given.addAll(Arrays.asList(process.inputReader().readLine().split(" ")));
      }
    } finally {
      processes.forEach(Process::destroyForcibly);
    }

    assertThat(given).hasSize(6).doesNotHaveDuplicates();
  }

  private static Process launch() throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    ProcessBuilder builder =
        new ProcessBuilder(java.toString(), "-Xmx64m", Searching.class.getName());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static Stream<Integer> all(Ports ports) {
    return Stream.of(ports.broker(), ports.controller(), ports.registry());
  }

  /** Tells the ports it was given, and listens on none of them until it is ended. */
  static final class Searching {
    private Searching() {}

    public static void main(String[] args) throws Exception {
      Ports ports = Ports.freeFrom(START);
      String line = String.join(" ", all(ports).map(String::valueOf).toList()) + "\n";
      System.out.write(line.getBytes(StandardCharsets.UTF_8));
      System.out.flush();
      System.in.read();
    }
  }

  @Test
  void shouldWaitForAPortThatIsTakenForAMomentAlone() throws Exception {
    Ports ports = Ports.free();
    ServerSocket held = new ServerSocket(ports.controller(), 1, InetAddress.getByName("127.0.0.1"));
    assertThatThrownBy(ports::requireFree)
        .isInstanceOf(UserException.class)
        .hasMessageContaining("controller port: " + ports.controller());
    CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS)
        .execute(
            () -> {
              try {
                held.close();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    ports.requireFree();
  }
}
