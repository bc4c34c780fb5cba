package io.dpostream.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.dpostream.pipeline.config.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What the containers are told to do is what dpo understands. */
class DeploymentCommandsTest {
  private static final Path ROOT = Path.of(System.getProperty("dpo.root"));

  @Test
  void shouldKnowEveryCommandOfTheImages() throws Exception {
    String dockerfile = Files.readString(ROOT.resolve("ops/docker/Dockerfile"));
    List<String> commands =
        Pattern.compile("(?m)^CMD (\\[\"(?:sampler|judge|trainer)\".*])$")
            .matcher(dockerfile)
            .results()
            .map(result -> result.group(1))
            .toList();
    assertThat(commands).hasSize(4);
    for (String command : commands) {
      String[] arguments = new ObjectMapper().readValue(command, String[].class);
      // throws on an unknown command or option
      var parsed = new CommandLine(new DpoCommand()).parseArgs(arguments);
      assertThat(parsed.subcommand().commandSpec().name()).isEqualTo(arguments[0]);
    }
  }

  @Test
  void shouldKnowEverySettingOfTheContainers() throws Exception {
    Settings settings = Settings.reader().file(ROOT.resolve("ops/compose/dpo.yaml")).read();
    String compose = Files.readString(ROOT.resolve("docker-compose.yml"));

    assertThat(settings.kafka().bootstrapServers()).hasValue("kafka:9092");
    assertThat(settings.kafka().schemaRegistryUrl()).hasValue("http://registry:8081");
    assertThat(compose)
        .contains(":" + settings.run().modelFolder() + ":ro")
        .contains(":" + settings.prompts().file() + ":ro");
    assertThat(settings.judge().specs()).hasSize(1);
  }
}
