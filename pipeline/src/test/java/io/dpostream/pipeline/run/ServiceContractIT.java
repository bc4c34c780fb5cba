package io.dpostream.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.metrics.Listeners;
import io.dpostream.pipeline.quickstart.QuickstartSettings;
import io.dpostream.pipeline.quickstart.TinyModel;
import io.dpostream.settings.service.Service;
import io.dpostream.storage.VersionFolders;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every service of a run, against what {@link Service} promises. */
@Execution(ExecutionMode.CONCURRENT)
class ServiceContractIT {
  @TempDir private static Path dir;
  private static KafkaAccess kafka;
  private static Loop loop;
  private static Loop unreachable;

  enum Kind {
    SAMPLER(Loop::sampler),
    FEEDER(Loop::feeder),
    JUDGE(Loop::judge),
    ASSEMBLER(Loop::assembler),
    TRAINER(Loop::trainer);

    private final Function<Loop, Service> make;

    Kind(Function<Loop, Service> make) {
      this.make = make;
    }
  }

  @BeforeAll
  static void start() throws Exception {
    RunFolder folder = RunFolder.open(dir);
    Settings settings =
        QuickstartSettings.of(TinyModel.install(folder.model()))
            .set("assembler.state_dir", folder.assembler().toString())
            .read();
    kafka = KafkaAccess.open(settings, folder);
    kafka.ensureTopics();
    VersionFolders versions = Loop.versions(settings, folder);
    loop =
        new Loop(
            settings,
            "0",
            folder,
            kafka.settings(),
            Loop.loader(settings),
            versions,
            Listeners.none());
    KafkaSettings nobody =
        new KafkaSettings(deadAddress(), "http://" + deadAddress(), "", Map.of());
    unreachable =
        new Loop(settings, "0", folder, nobody, Loop.loader(settings), versions, Listeners.none());
  }

  private static String deadAddress() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return "127.0.0.1:" + socket.getLocalPort();
    }
  }

  @AfterAll
  static void stop() {
    kafka.close();
  }

  @ParameterizedTest
  @EnumSource
  void shouldReturnAtOnceWhenAskedToStopBefore(Kind kind) throws Exception {
    Service service = kind.make.apply(loop);
    service.requestStop();

    assertThat(service.awaitStopped(Duration.ZERO)).isTrue();
    service.run();

    assertThat(service.awaitStopped(Duration.ZERO)).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void shouldStopWithinTheBoundHoweverOftenAsked(Kind kind) throws Exception {
    Service service = kind.make.apply(loop);
    CompletableFuture<Void> run = new CompletableFuture<>();
    Thread thread = new Thread(() -> complete(run, service), "contract");
    thread.start();
    await().until(() -> !service.awaitStopped(Duration.ZERO));
    assertThat(service.awaitStopped(Duration.ofSeconds(2))).isFalse();

    service.requestStop();
    service.requestStop();

    assertThat(service.awaitStopped(Service.STOP_LIMIT)).isTrue();
    run.get(1, TimeUnit.SECONDS);
    service.close();
  }

  @ParameterizedTest
  @EnumSource
  void shouldStopWithinTheBoundWhereNoBrokerAnswers(Kind kind) throws Exception {
    Service service = kind.make.apply(unreachable);
    CompletableFuture<Void> run = new CompletableFuture<>();
    new Thread(() -> complete(run, service), "unreachable").start();
    await().until(() -> !service.awaitStopped(Duration.ZERO));
    assertThat(service.awaitStopped(Duration.ofSeconds(2))).isFalse();

    service.requestStop();

    assertThat(service.awaitStopped(Service.STOP_LIMIT)).isTrue();
    run.handle((done, failure) -> true).get(1, TimeUnit.SECONDS);
  }

  private static void complete(CompletableFuture<Void> run, Service service) {
    try {
      service.run();
      run.complete(null);
    } catch (Exception | Error e) {
      run.completeExceptionally(e);
    }
  }
}
