package io.dpostream.trainer.upgrade;

import io.dpostream.broker.LocalCluster;
import io.dpostream.trainer.Deployment;
import io.dpostream.trainer.ledger.LedgerState;
import io.dpostream.trainer.upgrade.ReleasedRun.Expected;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Makes what {@link ReleasedRunsIT} reads out of the folder that {@code dpo up} of any checkout
 * left behind, and of a copy in which the same checkout went on for some steps: {@code mvn -pl
 * trainer -am verify -Dit.test=KeepRunIT -Ddpo.keep.as=FOLDER -Ddpo.keep.run=DIR
 * -Ddpo.keep.further=COPY}. The run's topic prefix is the last part of FOLDER and a dot, its id
 * {@code r}, its model {@code DIR/../model}.
 */
@EnabledIfSystemProperty(named = "dpo.keep.as", matches = ".+")
class KeepRunIT {
  private static final String RUN_ID = "r";

  @TempDir Path dir;

  @Test
  void shouldKeepARunAndWhatBecameOfIt() throws IOException {
    ReleasedRun run =
        new ReleasedRun(Path.of("src/test/resources", System.getProperty("dpo.keep.as")));
    Path left = Path.of(System.getProperty("dpo.keep.run"));
    LedgerState kept;
    try (LocalCluster cluster = LocalCluster.start(left.resolve("cluster"))) {
      Deployment deployment = Deployment.over(cluster, run.name(), dir);
      kept = deployment.ledger(RUN_ID);
      run.save(deployment, left.resolveSibling("model"), left.resolve("trainer/checkpoints"));
    }
    Files.copy(left.resolve("settings.yaml"), run.folder().resolve("settings.yaml"));
    Path further = Path.of(System.getProperty("dpo.keep.further"));
    try (LocalCluster cluster = LocalCluster.start(further.resolve("cluster"))) {
      LedgerState end = Deployment.over(cluster, run.name(), dir).ledger(RUN_ID);
      run.save(
          new Expected(
              RUN_ID,
              kept.step(),
              kept.checkpoint().orElseThrow().getPolicySha256(),
              end.step(),
              end.checkpoint().orElseThrow().getPolicySha256(),
              Map.of("max_steps", Long.toString(end.step()))));
    }
  }
}
