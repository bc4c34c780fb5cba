package io.dpostream.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.kafka.serde.Decoded;
import io.dpostream.policy.model.GenerationRequest;
import io.dpostream.sampler.versions.RequestRefusedException;
import io.dpostream.sampler.versions.ServedPolicy;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.ContentHash;
import io.dpostream.schemas.Message;
import io.dpostream.schemas.PairId;
import io.dpostream.schemas.Prompt;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class PairGeneratorTest {
  private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochMilli(1000));

  private final ServedPolicy served = new ServedPolicy(7, new FakePolicy("abc"));

  @Test
  void shouldNameAndHashEveryPair() {
    SamplingResult.Pairs sampled =
        pairs(generator(2).generate(served, List.of(text(5, "hello"))).get(0));

    assertThat(sampled.pairs()).hasSize(2);
    CompletionPair second = sampled.pairs().get(1);
    assertThat(second.getPairId()).isEqualTo(PairId.of("run", 3, 5, 7, 1));
    assertThat(second.getGroupId()).isEqualTo(PairId.of("run", 3, 5, 7, 0));
    assertThat(second.getPromptTokenIds()).containsExactly(104, 101, 108, 108, 111);
    assertThat(second.getPolicyVersion()).isEqualTo(7);
    assertThat(second.getPolicySha256()).isEqualTo("abc");
    assertThat(second.getContentHash())
        .isEqualTo(
            ContentHash.of(second.getPromptTokenIds(), second.getFirst(), second.getSecond()));
    assertThat(second.getFirst()).isNotEqualTo(second.getSecond());
  }

  /** Four completions, of which the first two are those of a group of two: draws know no size. */
  @Test
  void shouldPairEachCompletionOfAGroupWithEachOther() {
    SamplingResult.Pairs sampled =
        pairs(
            generator("pairing=all", "completions_per_prompt=4")
                .generate(served, List.of(text(5, "hello")))
                .get(0));

    assertThat(sampled.pairs())
        .extracting(pair -> pair.getFirstIndex() + "-" + pair.getSecondIndex())
        .containsExactly("0-1", "0-2", "0-3", "1-2", "1-3", "2-3");
    assertThat(sampled.pairs()).extracting(CompletionPair::getPairId).doesNotHaveDuplicates();
    assertThat(sampled.pairs())
        .extracting(CompletionPair::getGroupId)
        .containsOnly(PairId.of("run", 3, 5, 7, 0));
    CompletionPair two =
        pairs(generator(1).generate(served, List.of(text(5, "hello"))).get(0)).pairs().get(0);
    assertThat(sampled.pairs().get(0)).isEqualTo(two);
    assertThat(sampled.pairs().get(5).getFirst()).isEqualTo(sampled.pairs().get(1).getSecond());
  }

  @Test
  void shouldPairTheLongestWithTheShortest() {
    PairingConfig length = new PairingConfig(4, PairingConfig.Pairing.LENGTH);

    assertThat(length.pairs(List.of(5, 9, 2, 9))).containsExactly(new PairingConfig.Places(1, 2));
    assertThat(length.pairs(List.of(3, 7, 8, 5))).containsExactly(new PairingConfig.Places(0, 2));
    assertThat(length.pairs(List.of(4, 4, 4, 4))).containsExactly(new PairingConfig.Places(0, 1));
  }

  @Test
  void shouldSampleTheSamePairAloneAndInAnyBatch() {
    List<SamplingResult> together =
        generator(1).generate(served, List.of(text(5, "a"), text(6, "b"), text(7, "c")));
    List<SamplingResult> alone = generator(1).generate(served, List.of(text(6, "b")));

    assertThat(pairs(together.get(1)).pairs()).isEqualTo(pairs(alone.get(0)).pairs());
  }

  @Test
  void shouldDrawAnewForEveryRecordAndVersion() {
    String atFive = firstText(served, 5);
    String atSix = firstText(served, 6);
    String nextVersion = firstText(new ServedPolicy(8, new FakePolicy("abc")), 5);

    assertThat(List.of(atFive, atSix, nextVersion)).doesNotHaveDuplicates();
  }

  @Test
  void shouldRefuseWhatCannotBeSampledFromAndGoOn() {
    PromptRecord both =
        record(3, new Decoded.Value<>(prompt("x").setMessages(List.of(hello())).build()));
    PromptRecord neither = record(4, new Decoded.Value<>(prompt("x").clearText().build()));
    PromptRecord chat =
        record(
            5, new Decoded.Value<>(prompt("x").clearText().setMessages(List.of(hello())).build()));
    PromptRecord undecodable = record(6, new Decoded.Undecodable<>("unknown magic byte 7"));
    // the context is 40: 39 tokens leave room for one, 40 for none
    PromptRecord fits = text(7, "x".repeat(39));
    PromptRecord tooLong = text(8, "x".repeat(40));
    PromptRecord empty = text(9, "");

    List<SamplingResult> sampled =
        generator(1)
            .generate(served, List.of(both, neither, chat, undecodable, fits, tooLong, empty));

    assertThat(sampled)
        .extracting(s -> s.source().offset())
        .containsExactly(3L, 4L, 5L, 6L, 7L, 8L, 9L);
    assertThat(refusal(sampled.get(0))).contains("text or messages");
    assertThat(refusal(sampled.get(1))).contains("text or messages");
    assertThat(refusal(sampled.get(2))).isEqualTo("no chat template");
    assertThat(refusal(sampled.get(3))).isEqualTo("unknown magic byte 7");
    assertThat(pairs(sampled.get(4)).pairs()).hasSize(1);
    assertThat(refusal(sampled.get(5))).contains("40 tokens").contains("context of 40");
    assertThat(refusal(sampled.get(6))).contains("no tokens");
  }

  @Test
  void shouldGenerateNothingForABatchOfRefusals() {
    FakePolicy closed = new FakePolicy("abc");
    closed.close(); // it throws when asked to generate
    List<SamplingResult> sampled =
        generator(1)
            .generate(
                new ServedPolicy(7, closed), List.of(record(6, new Decoded.Undecodable<>("bad"))));
    assertThat(sampled).singleElement().isInstanceOf(SamplingResult.Refused.class);
  }

  @Test
  void shouldRefuseThePromptOfARequestThatTheEngineRefusesAndSampleTheOthers() {
    FakePolicy choosy =
        new FakePolicy("abc") {
          @Override
          public List<Completion> complete(List<GenerationRequest> batch) {
            for (int i = 0; i < batch.size(); i++) {
              if (batch.get(i).prompt()[0] == 'b') {
                throw new RequestRefusedException(i, "nobody can complete this");
              }
            }
            return super.complete(batch);
          }
        };
    PromptRecord undecodable = record(4, new Decoded.Undecodable<>("bad"));
    List<PromptRecord> prompts = List.of(undecodable, text(5, "a"), text(6, "b"), text(7, "c"));
    List<SamplingResult> sampled = generator(2).generate(new ServedPolicy(7, choosy), prompts);

    assertThat(refusal(sampled.get(2))).isEqualTo("nobody can complete this");
    List<SamplingResult> without =
        generator(2).generate(served, List.of(text(5, "a"), text(7, "c")));
    assertThat(pairs(sampled.get(1)).pairs()).isEqualTo(pairs(without.get(0)).pairs());
    assertThat(pairs(sampled.get(3)).pairs()).isEqualTo(pairs(without.get(1)).pairs());
  }

  private static PairGenerator generator(int pairsPerPrompt) {
    return generator("pairs_per_prompt=" + pairsPerPrompt);
  }

  private static PairGenerator generator(String... settings) {
    String[] all = Arrays.copyOf(settings, settings.length + 2);
    all[settings.length] = "seed=11";
    all[settings.length + 1] = "max_new_tokens=4";
    return new PairGenerator("run", "prompts", Configs.of(all), CLOCK);
  }

  private static String firstText(ServedPolicy policy, long offset) {
    SamplingResult sampled = generator(1).generate(policy, List.of(text(offset, "a"))).get(0);
    return pairs(sampled).pairs().get(0).getFirst().getText();
  }

  private static Prompt.Builder prompt(String text) {
    return Prompt.newBuilder().setId("id").setText(text);
  }

  private static Message hello() {
    return Message.newBuilder().setRole("user").setContent("hello").build();
  }

  private static PromptRecord text(long offset, String text) {
    return record(offset, new Decoded.Value<>(prompt(text).build()));
  }

  private static PromptRecord record(long offset, Decoded<Prompt> prompt) {
    return new PromptRecord(
        new ConsumerRecord<>("prompts", 3, offset, new byte[0], new byte[0]), prompt);
  }

  private static SamplingResult.Pairs pairs(SamplingResult sampled) {
    assertThat(sampled).isInstanceOf(SamplingResult.Pairs.class);
    return (SamplingResult.Pairs) sampled;
  }

  private static String refusal(SamplingResult sampled) {
    assertThat(sampled).isInstanceOf(SamplingResult.Refused.class);
    return ((SamplingResult.Refused) sampled).reason();
  }
}
