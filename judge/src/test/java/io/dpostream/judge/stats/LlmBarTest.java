package io.dpostream.judge.stats;

import static io.dpostream.judge.Votes.human;
import static io.dpostream.judge.Votes.vote;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dpostream.judge.Examples;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.ModelCall;
import io.dpostream.schemas.VerdictKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * LLMBar's 100 natural items with people's labels and GPT-4's answers in both orders. Of its
 * answers 93 are the same in both orders, 89 of these right; in the other 7 the output shown first
 * won both times in 6 and the one shown second in 1. (Counted from the file with a few lines of
 * Python.)
 */
class LlmBarTest {
  @Test
  void shouldGiveTheAgreementAndPositionBiasThatFollowFromTheFile() throws IOException {
    String data = System.getProperty("dpo.test.data", "");
    assumeTrue(!data.isEmpty(), "set dpo.test.data to the folder with votes/llmbar");
    List<Judgment> judgments = new ArrayList<>();
    int i = 0;
    for (JsonNode item :
        new ObjectMapper()
            .readTree(Path.of(data, "votes/llmbar/Natural_GPT-4_Swap_result.json").toFile())) {
      CompletionPair pair =
          Examples.pair(
              "llmbar-" + i++,
              Examples.prompt(item.get("input").asText()),
              item.get("output_1").asText(),
              item.get("output_2").asText());
      JsonNode answers = item.get("results").get(0);
      VerdictKind given = verdict(answers.get("swap = False").get("winner"));
      VerdictKind swapped = verdict(answers.get("swap = True").get("winner"));
      judgments.add(human(pair, "label", verdict(item.get("label"))));
      judgments.add(
          Judgment.newBuilder(vote(pair, "gpt-4", given == swapped ? given : VerdictKind.TIE))
              .setCalls(List.of(call(VerdictKind.FIRST, given), call(VerdictKind.SECOND, swapped)))
              .build());
    }

    JudgeReport gpt4 =
        JudgeStatistics.of(judgments, 1).stream()
            .filter(report -> report.judge().equals("gpt-4"))
            .findFirst()
            .orElseThrow();

    assertThat(gpt4.positionBias()).contains(new PositionBias(100, 7, 6, 1));
    assertThat(gpt4.tieRate()).isEqualTo(0.07, within(1e-12));
    Agreement withPeople = gpt4.withPeople().orElseThrow();
    assertThat(withPeople.observed()).isEqualTo(0.89, within(1e-12));
    // labels: 42 first, 58 second; GPT-4: 40 first, 53 second, 7 ties
    double chance = 0.42 * 0.40 + 0.58 * 0.53;
    assertThat(withPeople.kappa()).isEqualTo((0.89 - chance) / (1 - chance), within(1e-12));
  }

  private static ModelCall call(VerdictKind firstShown, VerdictKind verdict) {
    return ModelCall.newBuilder()
        .setFirstShown(firstShown)
        .setVerdict(verdict)
        .setRaw("")
        .setLatencyMs(0)
        .build();
  }

  private static VerdictKind verdict(JsonNode winner) {
    return winner.asText().equals("1") ? VerdictKind.FIRST : VerdictKind.SECOND;
  }
}
