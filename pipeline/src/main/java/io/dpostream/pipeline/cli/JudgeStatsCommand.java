package io.dpostream.pipeline.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.dpostream.judge.stats.JudgeReport;
import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.judges.JudgeSummary;
import io.dpostream.pipeline.judges.JudgeTable;
import io.dpostream.pipeline.judges.JudgeWatch;
import io.dpostream.pipeline.run.KafkaAccess;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code dpo judge stats}, which measures how good the judges are. */
@Command(
    name = "stats",
    description = {
      "Measure a run's judges: agreement, bias, error rate, latency, cost.",
      "Error rates need three judges that see the same pairs."
    })
final class JudgeStatsCommand implements Callable<Integer> {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .addModule(new Jdk8Module())
          .build();

  @Spec private CommandSpec spec;
  @Mixin private RunOptions options;

  @Option(names = "--json", description = "Print one line of JSON for each judge.")
  private boolean json;

  @Option(
      names = "--pairs",
      paramLabel = "N",
      description =
          "Measure on the newest N pairs; ${DEFAULT-VALUE} unless set, about 1 kB a judgment.")
  private int pairs = JudgeWatch.PAIRS;

  @Override
  public Integer call() throws Exception {
    Settings settings = options.settings();
    try (KafkaAccess kafka = options.connect(settings);
        JudgeWatch watch = new JudgeWatch(kafka.settings(), pairs)) {
      watch.start();
      print(watch.await());
      return ExitCode.DONE;
    }
  }

  private void print(JudgeSummary summary) throws JsonProcessingException {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      for (JudgeReport judge : summary.judges()) {
        out.println(JSON.writeValueAsString(judge));
      }
    } else {
      JudgeTable.lines(summary).forEach(out::println);
    }
    out.flush();
  }
}
