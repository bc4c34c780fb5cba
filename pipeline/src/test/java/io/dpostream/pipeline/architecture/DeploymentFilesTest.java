package io.dpostream.pipeline.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** What can be known of the deployment files without a container engine. */
class DeploymentFilesTest {
  private static final Path ROOT = Path.of(System.getProperty("dpo.root"));

  private Map<String, Map<String, Object>> services;
  private Map<String, Object> volumes;
  private String dockerfile;

  @BeforeEach
  @SuppressWarnings("unchecked")
  void read() throws IOException {
    Map<String, Object> compose =
        new Yaml().load(Files.readString(ROOT.resolve("docker-compose.yml")));
    services = (Map<String, Map<String, Object>>) compose.get("services");
    volumes = (Map<String, Object>) compose.get("volumes");
    dockerfile = Files.readString(ROOT.resolve("ops/docker/Dockerfile"));
  }

  @Test
  void shouldRunEveryPartOfTheLoop() {
    assertThat(services.keySet())
        .containsExactlyInAnyOrder(
            "kafka", "registry", "trainer", "trainer-gpu", "sampler", "judge");
  }

  @Test
  void shouldCheckTheHealthOfEveryService() {
    assertThat(services.values())
        .allSatisfy(service -> assertThat(service).containsKey("healthcheck"));
  }

  @Test
  void shouldBuildEveryImageOfOursFromAStageOfTheDockerfile() {
    List<String> stages = matches("(?m)^FROM \\S+ AS (\\S+)$");
    services.forEach(
        (name, service) -> {
          if (!name.equals("kafka")) {
            assertThat(map(service, "build"))
                .containsEntry("dockerfile", "ops/docker/Dockerfile")
                .containsEntry("target", name);
            assertThat(stages).contains(name);
          }
        });
  }

  @Test
  void shouldCopyOnlyFilesThatExist() {
    List<String> copied =
        matches("(?m)^COPY (ops/.*) \\S+$").stream()
            .flatMap(line -> Stream.of(line.split(" ")))
            .toList();
    assertThat(copied).isNotEmpty();
    assertThat(copied)
        .allSatisfy(
            file -> {
              assertThat(ROOT.resolve(file)).isRegularFile();
              assertThat(ROOT.resolve(file)).isExecutable();
            });
  }

  @Test
  void shouldOnlyWaitForServicesThatReportTheirHealth() {
    services
        .values()
        .forEach(
            service ->
                map(service, "depends_on")
                    .forEach(
                        (other, how) -> {
                          assertThat(how).isEqualTo(Map.of("condition", "service_healthy"));
                          assertThat(services.get(other)).containsKey("healthcheck");
                        }));
  }

  @Test
  void shouldDeclareExactlyTheVolumesThatAreUsed() {
    assertThat(mounts().map(mount -> mount.split(":")[0]).filter(name -> name.matches("[a-z-]+")))
        .hasSameElementsAs(volumes.keySet());
  }

  @Test
  void shouldMountOnlyFilesThatExistOrThatTheUserNames() {
    mounts()
        .map(mount -> mount.split(":")[0])
        .filter(source -> source.startsWith("./"))
        .forEach(source -> assertThat(ROOT.resolve(source)).exists());
  }

  @Test
  void shouldShareCheckpointsAtOnePath() {
    assertThat(list(services.get("trainer"), "volumes")).contains("checkpoints:/data/trainer");
    assertThat(list(services.get("trainer-gpu"), "volumes")).contains("checkpoints:/data/trainer");
    assertThat(list(services.get("sampler"), "volumes")).contains("checkpoints:/data/trainer:ro");
  }

  @Test
  void shouldGiveKafkaAllThatOneNodeNeeds() {
    // with any KAFKA_ variable set, the image applies none of its defaults
    assertThat(map(services.get("kafka"), "environment"))
        .containsKeys(
            "KAFKA_NODE_ID",
            "KAFKA_PROCESS_ROLES",
            "KAFKA_LISTENERS",
            "KAFKA_ADVERTISED_LISTENERS",
            "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP",
            "KAFKA_INTER_BROKER_LISTENER_NAME",
            "KAFKA_CONTROLLER_LISTENER_NAMES",
            "KAFKA_CONTROLLER_QUORUM_VOTERS",
            "KAFKA_LOG_DIRS")
        .containsEntry("KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "1")
        .containsEntry("KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR", "1")
        .containsEntry("KAFKA_TRANSACTION_STATE_LOG_MIN_ISR", "1")
        .containsEntry("KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR", "1")
        .containsEntry("KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR", "1");
  }

  @Test
  void shouldReserveAGpuUnderItsProfileOnly() {
    assertThat(list(services.get("trainer-gpu"), "profiles")).containsExactly("gpu");
    assertThat(services.get("trainer-gpu").get("deploy").toString())
        .contains("driver=nvidia", "capabilities=[gpu]");
    assertThat(services.get("trainer")).doesNotContainKeys("profiles", "deploy");
  }

  private List<String> matches(String regex) {
    return Pattern.compile(regex)
        .matcher(dockerfile)
        .results()
        .map((MatchResult result) -> result.group(1))
        .toList();
  }

  private Stream<String> mounts() {
    return services.values().stream().flatMap(service -> list(service, "volumes").stream());
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Map<String, Object> service, String key) {
    return (Map<String, Object>) service.getOrDefault(key, Map.of());
  }

  @SuppressWarnings("unchecked")
  private static List<String> list(Map<String, Object> service, String key) {
    return (List<String>) service.getOrDefault(key, List.of());
  }
}
