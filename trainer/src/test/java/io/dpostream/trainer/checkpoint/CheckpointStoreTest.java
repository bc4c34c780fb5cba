package io.dpostream.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.schemas.CheckpointSaved;
import io.dpostream.trainer.FakeLearner;
import io.dpostream.trainer.TrainerConfig;
import io.dpostream.trainer.learner.Learner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointStoreTest {
  @TempDir Path dir;
  private Learner learner;
  private CheckpointStore store;

  @BeforeEach
  void create() {
    Path model = FakeLearner.writeModel(dir.resolve("model"), "weights");
    learner = new FakeLearner(TrainerConfig.defaults(), model, model);
    store = new CheckpointStore(dir.resolve("checkpoints"));
  }

  private CheckpointManifest cut(long step) {
    return new CheckpointManifest(
        "r",
        step,
        new TreeMap<>(Map.of(0, step * 2)),
        learner.policySha256(),
        learner.referenceSha256(),
        "config",
        new TreeMap<>());
  }

  private CheckpointSaved save(long step) {
    return store.save(learner, cut(step), () -> {});
  }

  private List<String> folders() throws IOException {
    try (Stream<Path> list = Files.list(dir.resolve("checkpoints"))) {
      return list.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void shouldNameAFolderByStepAndHash() {
    CheckpointSaved saved = save(12);

    assertThat(saved.getFolder())
        .isEqualTo("step-000000012-" + learner.policySha256().substring(0, 16));
    assertThat(saved.getPolicySha256()).isEqualTo(learner.policySha256());
    assertThat(store.problem(saved)).isEmpty();
  }

  @Test
  void shouldSeeEveryChange() throws IOException {
    CheckpointSaved saved = save(1);
    Path folder = store.folder(saved);
    Files.writeString(folder.resolve("policy.txt"), "other weights");
    assertThat(store.problem(saved)).contains("has a damaged file");

    Files.writeString(folder.resolve("policy.txt"), learner.policySha256());
    assertThat(store.problem(saved)).isEmpty();
    Files.writeString(folder.resolve("more.txt"), "");
    assertThat(store.problem(saved)).contains("has a damaged file");

    Files.delete(folder.resolve("more.txt"));
    Path cut = folder.resolve("checkpoint.json");
    Files.writeString(cut, Files.readString(cut).replace("\"0\" : 2", "\"0\" : 3"));
    assertThat(store.problem(saved)).contains("checkpoint.json is not the one that was saved");
    assertThat(store.problem(new CheckpointSaved(2L, "step-2", "p", "s"))).contains("is missing");
  }

  @Test
  void shouldLeaveNothingVisibleOfAnUnfinishedWrite() throws IOException {
    assertThatThrownBy(
            () ->
                store.save(
                    learner,
                    cut(1),
                    () -> {
                      throw new IllegalStateException("killed");
                    }))
        .hasMessage("killed");

    assertThat(folders()).noneMatch(name -> name.startsWith("step-"));
    store.deleteUnfinished();
    assertThat(folders()).isEmpty();
  }

  @Test
  void shouldAdoptWhatADeadOwnerHasRenamed() throws IOException {
    CheckpointSaved first = save(1);

    CheckpointSaved second = save(1);

    assertThat(second).isEqualTo(first);
    assertThat(folders()).containsExactly(first.getFolder());
  }

  @Test
  void shouldNeverTouchAFolderThatIsNotTheSame() throws IOException {
    CheckpointSaved damaged = save(1);
    Files.writeString(store.folder(damaged).resolve("policy.txt"), "other weights");

    CheckpointSaved saved = save(1);

    assertThat(saved.getFolder()).isEqualTo(damaged.getFolder() + "-2");
    assertThat(store.problem(saved)).isEmpty();
    assertThat(store.folder(damaged).resolve("policy.txt")).hasContent("other weights");
  }

  @Test
  void shouldKeepWhatItIsToldAndWhatIsNewer() throws IOException {
    save(1);
    CheckpointSaved kept = save(2);
    CheckpointSaved newer = save(4);

    store.retain(List.of(kept), 3);

    assertThat(folders()).containsExactly(kept.getFolder(), newer.getFolder());
  }
}
