package io.dpostream.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.metrics.Listeners;
import io.dpostream.pipeline.quickstart.QuickstartSettings;
import io.dpostream.pipeline.quickstart.TinyModel;
import io.dpostream.settings.service.Service;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every service of a run, against what {@link Service} promises. */
class ServiceContractIT {
  @TempDir private static Path dir;
  private static KafkaAccess kafka;
  private static Loop loop;

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
    loop = new Loop(settings, folder, kafka.settings(), Loop.loader(settings), Listeners.none());
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

  private static void complete(CompletableFuture<Void> run, Service service) {
    try {
      service.run();
      run.complete(null);
    } catch (Exception | Error e) {
      run.completeExceptionally(e);
    }
  }
}
