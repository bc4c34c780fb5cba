package io.dpostream.trainer.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.schemas.Preference;
import io.dpostream.testing.Background;
import io.dpostream.trainer.Deployment;
import io.dpostream.trainer.TrainerConfig;
import io.dpostream.trainer.learner.Learner;
import io.dpostream.trainer.learner.LearnerFactory;
import io.dpostream.trainer.learner.TinyModel;
import io.dpostream.trainer.learner.TrainingPair;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A trainer that has some of a step's pairs and waits for the others. */
@Execution(ExecutionMode.CONCURRENT)
class WaitingTrainerIT {
  private static final TrainerConfig CONFIG =
      Deployment.config(
          Map.of(
              "per_device_train_batch_size", "4",
              "learning_rate", "0.001",
              "max_steps", "2",
              "checkpoint_steps", "1"));

  @TempDir Path dir;

  @Test
  void shouldScoreTheReferenceOfTheseAndComeToTheSamePolicy() throws Exception {
    List<String> ahead = new CopyOnWriteArrayList<>();
    Deployment waiting = deployment("waiting", pairs -> pairs.forEach(p -> ahead.add(p.pairId())));
    waiting.prefer(pairs(0, 3));
    CompletableFuture<Void> running =
        Background.run(waiting.trainer(waiting.spec("r"), CONFIG)::run);
    Awaitility.await()
        .atMost(60, TimeUnit.SECONDS)
        .untilAsserted(() -> assertThat(ahead).containsExactly("pair-0", "pair-1", "pair-2"));
    Path cache = dir.resolve("waiting-learner").resolve("work").resolve("reference-logps.0");
    Awaitility.await().until(() -> Files.size(cache) == entries(pairs(0, 3)));
    waiting.prefer(pairs(3, 8));
    running.get(60, TimeUnit.SECONDS);

    // The last pair of a batch lets its step begin, which scores it itself.
    assertThat(ahead).startsWith("pair-0", "pair-1", "pair-2").doesNotContain("pair-3", "pair-7");
    assertThat(Files.size(cache)).isEqualTo(entries(pairs(0, 8)));

    Deployment ready = deployment("ready", pairs -> {});
    ready.prefer(pairs(0, 8));
    assertThat(ready.train("r", CONFIG).checkpoint().orElseThrow().getPolicySha256())
        .isEqualTo(waiting.ledger("r").checkpoint().orElseThrow().getPolicySha256());
  }

  private Deployment deployment(String name, Consumer<List<TrainingPair>> precomputed)
      throws Exception {
    Path model = TinyModel.write(dir.resolve(name + "-model"), 1);
    LearnerFactory real = TrainerChild.learners(dir.resolve(name + "-learner"));
    return Deployment.create(name, dir.resolve(name))
        .with(
            model,
            (config, policy, reference) ->
                watched(real.open(config, policy, reference), precomputed));
  }

  /** A learner that tells what is precomputed. */
  private static Learner watched(Learner learner, Consumer<List<TrainingPair>> precomputed) {
    return (Learner)
        Proxy.newProxyInstance(
            Learner.class.getClassLoader(),
            new Class<?>[] {Learner.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("precompute")) {
                @SuppressWarnings("unchecked")
                List<TrainingPair> pairs = (List<TrainingPair>) arguments[0];
                precomputed.accept(pairs);
              }
              try {
                return method.invoke(learner, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static List<Preference> pairs(int from, int to) {
    return IntStream.range(from, to).mapToObj(WaitingTrainerIT::preference).toList();
  }

  /** Different ids for each, so that no two share an entry of the cache. */
  private static Preference preference(int n) {
    return Preference.newBuilder(Deployment.preference(n))
        .setPromptTokenIds(List.of(3 + n, 4))
        .setChosen(Deployment.completion(5, 6, 7))
        .setRejected(Deployment.completion(8, 9))
        .build();
  }

  /** Bytes of the cache's entries: key, count and checksum, and one float for each token. */
  private static long entries(List<Preference> pairs) {
    return pairs.stream()
        .flatMap(pair -> List.of(pair.getChosen(), pair.getRejected()).stream())
        .mapToLong(completion -> 32 + 8 + 4L * completion.getTokenIds().size())
        .sum();
  }
}
