package io.dpostream.benchmarks.judging;

import io.dpostream.judge.assembler.AssemblerService;
import io.dpostream.judge.service.JudgeService;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.pipeline.config.Settings;
import io.dpostream.settings.SettingsReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Judges and the assembler in this process, as the settings say. */
final class JudgingServices implements AutoCloseable {
  private final JudgeService judge;
  private final AssemblerService assembler;
  private final List<Thread> threads = new ArrayList<>();

  private JudgingServices(JudgeService judge, AssemblerService assembler) {
    this.judge = judge;
    this.assembler = assembler;
    start("judge", judge::run);
    start("assembler", assembler::run);
  }

  /**
   * Starts judge and assembler.
   *
   * @param assignments of settings, {@code key=value}
   */
  static JudgingServices start(KafkaSettings kafka, Path state, List<String> assignments) {
    SettingsReader<Settings> reader = Settings.reader();
    reader.set("assembler.state_dir", state.toString());
    assignments.forEach(reader::set);
    Settings settings = reader.read();
    return new JudgingServices(
        new JudgeService(settings.judge(), kafka),
        new AssemblerService(settings.assembler(), kafka));
  }

  private void start(String name, Runnable body) {
    Thread thread = new Thread(body, name);
    threads.add(thread);
    thread.start();
  }

  @Override
  public void close() throws Exception {
    judge.close();
    assembler.close();
    for (Thread thread : threads) {
      thread.join();
    }
  }
}
