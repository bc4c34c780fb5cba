package io.dpostream.judge.rule;

import static io.dpostream.judge.Examples.comparison;
import static io.dpostream.judge.Examples.question;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dpostream.judge.Judge;
import io.dpostream.judge.Judges;
import io.dpostream.judge.Side;
import io.dpostream.judge.Verdict;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.NumberFormat;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The 1319 test problems of GSM8K, whose solutions end in {@code #### N}. */
class Gsm8kTest {
  @Test
  void shouldTellRightFinalAnswersFromWrongOnes() throws IOException {
    String data = System.getProperty("dpo.test.data", "");
    assumeTrue(!data.isEmpty(), "set dpo.test.data to the folder with prompts/gsm8k");
    Judge judge =
        Judges.onClassPath()
            .create("reference", Map.of("match", "numeric", "brevity", "off"), "judge");
    ObjectMapper json = new ObjectMapper();
    int problems = 0;
    for (String line : Files.readAllLines(Path.of(data, "prompts/gsm8k/test.jsonl"))) {
      JsonNode row = json.readTree(line);
      String solution = row.get("answer").asText();
      String mark = solution.substring(solution.lastIndexOf("####") + 4).strip();
      BigDecimal answer = new BigDecimal(mark.replace(",", ""));
      NumberFormat commas = NumberFormat.getInstance(Locale.US);
      for (String right :
          new String[] {
            solution,
            "The answer is " + answer + ".",
            "so that makes $" + commas.format(answer) + ".00 in total",
            "7 + 8 = 15, hence \\boxed{" + answer + "} units"
          }) {
        String wrong = "#### " + answer.add(BigDecimal.ONE);
        Verdict verdict =
            judge
                .compare(comparison(question(row.get("question").asText(), solution), wrong, right))
                .join();
        assertThat(verdict)
            .as("%s for %s", right, mark)
            .isInstanceOfSatisfying(
                Verdict.Preferred.class, p -> assertThat(p.side()).isEqualTo(Side.SECOND));
      }
      problems++;
    }
    assertThat(problems).isEqualTo(1319);
  }
}
