package io.dpostream.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * The expected values are from Python: {@code s(x) = pack('>i', len(x.encode())) + x.encode()} for
 * text, {@code '>i'} and {@code '>q'} for int and long, a list as its length and its ints, all put
 * into one {@code hashlib.sha256}.
 */
class IdsTest {
  private static final List<Integer> PROMPT = List.of(1, 2, 3);
  private static final Completion FIRST = completion("yes", 4, 5);
  private static final Completion SECOND = completion("né", 6);

  @Test
  void shouldHashPromptAndCompletions() {
    // s('dpo-stream content 1') [1,2,3] [4,5] s('yes') [6] s('né')
    assertThat(ContentHash.of(PROMPT, FIRST, SECOND))
        .isEqualTo("2a2417fcfd28791b8e27684e8faed9fa9c69fc785c2dfebd22e45389bbfcdc9d");
  }

  @Test
  void shouldNameContentByEverythingThatAJudgeSees() {
    assertThat(
            List.of(
                ContentHash.of(PROMPT, FIRST, SECOND),
                ContentHash.of(PROMPT, SECOND, FIRST),
                ContentHash.of(List.of(1, 2), completion("yes", 3, 4, 5), SECOND),
                ContentHash.of(PROMPT, completion("yesn", 4, 5), completion("é", 6)),
                ContentHash.of(PROMPT, completion("no", 4, 5), SECOND)))
        .doesNotHaveDuplicates();
  }

  @Test
  void shouldNotDependOnWhatAJudgeDoesNotSee() {
    Completion same = Completion.newBuilder(FIRST).setLogprobs(List.of(-1f, -2f)).build();
    assertThat(ContentHash.of(PROMPT, same, SECOND))
        .isEqualTo(ContentHash.of(PROMPT, FIRST, SECOND));
  }

  @Test
  void shouldNameAPairByWhatItIsSampledFrom() {
    // s('dpo-stream pair 1') s('run-1') i(0) q(17) q(3) i(1), first 16 bytes
    assertThat(PairId.of("run-1", 0, 17, 3, 1)).isEqualTo("42d2cc43216943133dc2ca9887055ebf");
    assertThat(
            List.of(
                PairId.of("run-1", 0, 17, 3, 1),
                PairId.of("run-2", 0, 17, 3, 1),
                PairId.of("run-1", 1, 17, 3, 1),
                PairId.of("run-1", 0, 18, 3, 1),
                PairId.of("run-1", 0, 17, 4, 1),
                PairId.of("run-1", 0, 17, 3, 0)))
        .doesNotHaveDuplicates();
  }

  @Test
  void shouldNameAJudgmentByWhoJudgedWhat() {
    // s('dpo-stream judgment 1') s('p1') s('correctness') i(1) s('ann') i(2), first 16 bytes
    assertThat(JudgmentId.of("p1", "correctness", Optional.of("ann"), 2))
        .isEqualTo("6f945278f4116316703e07770e7e2eac");
    assertThat(
            List.of(
                JudgmentId.of("p1", "j", Optional.of(""), 1),
                JudgmentId.of("p1", "j", Optional.empty(), 1),
                JudgmentId.of("p1", "j", Optional.empty(), 2),
                JudgmentId.of("p1", "k", Optional.empty(), 1),
                JudgmentId.of("p2", "j", Optional.empty(), 1)))
        .doesNotHaveDuplicates();
  }

  private static Completion completion(String text, Integer... tokenIds) {
    return Completion.newBuilder()
        .setText(text)
        .setTokenIds(List.of(tokenIds))
        .setFinishReason(FinishReason.STOP)
        .build();
  }
}
