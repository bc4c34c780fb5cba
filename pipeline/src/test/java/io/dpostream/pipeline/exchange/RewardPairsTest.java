package io.dpostream.pipeline.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.schemas.Completion;
import io.dpostream.schemas.FinishReason;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.Prompt;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RewardPairsTest {

  @Test
  void shouldTakeTheNewestRevisionOfEachPairInTheOrderOfThePairs() {
    Preference first = preference("a", 0);
    Preference other = preference("b", 0);
    Preference corrected = preference("a", 2);
    Preference late = preference("a", 1);

    assertThat(RewardPairs.newestRevisions(List.of(first, other, corrected, late)))
        .containsExactly(corrected, other);
  }

  private static Preference preference(String pairId, int revision) {
    Completion text =
        Completion.newBuilder()
            .setText("x")
            .setTokenIds(List.of(1))
            .setFinishReason(FinishReason.STOP)
            .build();
    return Preference.newBuilder()
        .setPairId(pairId)
        .setRevision(revision)
        .setRunId("run")
        .setPrompt(Prompt.newBuilder().setId("p").setText("?").build())
        .setPromptTokenIds(List.of(1))
        .setChosen(text)
        .setRejected(text)
        .setPolicyVersion(0)
        .setContentHash("h")
        .setDecidedAt(Instant.EPOCH)
        .build();
  }
}
