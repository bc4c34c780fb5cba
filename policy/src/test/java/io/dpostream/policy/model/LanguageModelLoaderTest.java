package io.dpostream.policy.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.policy.model.ModelConfig.Family;
import io.dpostream.policy.text.TokenSequence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LanguageModelLoaderTest {
  private static final ModelConfig LLAMA = TinyModels.config(Family.LLAMA);
  private static final List<TokenSequence> SOME =
      List.of(new TokenSequence(new int[] {1, 2}, new int[] {3, 4}));

  @TempDir Path dir;

  @Test
  void shouldShareOneProgramAmongModelsOfOneShape() throws IOException {
    LanguageModelLoader loader = new LanguageModelLoader(TinyModels.CPU);
    CheckpointFolder one = TinyModels.write(dir.resolve("one"), LLAMA, 1);
    CheckpointFolder two = TinyModels.write(dir.resolve("two"), LLAMA, 2);
    CheckpointFolder other =
        TinyModels.write(dir.resolve("other"), TinyModels.config(Family.QWEN2), 1);
    LanguageModel first = loader.load(one);
    try (LanguageModel second = loader.load(two);
        LanguageModel third = loader.load(other);
        LanguageModel alone = LanguageModel.load(two, TinyModels.CPU)) {
      assertThat(second.layers().program()).isSameAs(first.layers().program());
      assertThat(third.layers().program()).isNotSameAs(first.layers().program());
      assertThat(second.decoder().program()).isSameAs(first.decoder().program());
      assertThat(third.decoder().program()).isNotSameAs(first.decoder().program());
      assertThat(write(second)).isEqualTo(write(alone));
      first.close(); // takes the program of the others with it, if it owned that
      assertThat(second.logprobs(SOME)[0]).isEqualTo(alone.logprobs(SOME)[0]);
      assertThat(second.sha256()).isEqualTo(alone.sha256());
      assertThat(write(second)).isEqualTo(write(alone));
    }
  }

  private static int[] write(LanguageModel model) {
    SamplingOptions options = new SamplingOptions(1, 1, 0, 8, Set.of());
    return model
        .decoder()
        .generate(List.of(new GenerationRequest(new int[] {1, 2}, 3)), options)
        .get(0)
        .tokenIds();
  }
}
