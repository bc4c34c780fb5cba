package io.dpostream.sampler;

import io.dpostream.kafka.serde.Decoded;
import io.dpostream.policy.model.GenerationRequest;
import io.dpostream.sampler.versions.LoadedPolicy;
import io.dpostream.sampler.versions.RequestRefusedException;
import io.dpostream.sampler.versions.ServedPolicy;
import io.dpostream.sampler.versions.UnusablePromptException;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.ContentHash;
import io.dpostream.schemas.PairId;
import io.dpostream.schemas.Prompt;
import io.dpostream.schemas.SamplingParameters;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Samples completion pairs for a batch of prompts with one policy. Apart from the time stamp, a
 * pair is a function of the run, the seed, the sampling parameters, the prompt record and the
 * version: sampling it again, alone or in another batch, gives the same pair.
 *
 * <p>Two identical completions are a pair too: nobody judges it, and it has an outcome of its own,
 * so that every prompt has as many outcomes as it has pairs.
 */
final class PairGenerator {
  private final String runId;
  private final String ownTopic;
  private final SamplerConfig config;
  private final InstantSource clock;

  /**
   * @param ownTopic of prompts: ids of pairs name any other
   */
  PairGenerator(String runId, String ownTopic, SamplerConfig config, InstantSource clock) {
    this.runId = runId;
    this.ownTopic = ownTopic;
    this.config = config;
    this.clock = clock;
  }

  /** Samples from each prompt, and returns the results in the order given. */
  List<SamplingResult> generate(ServedPolicy served, List<PromptRecord> prompts) {
    List<Plan> plans =
        prompts.stream()
            .map(prompt -> plan(served, prompt))
            .collect(Collectors.toCollection(ArrayList::new));
    Iterator<Completion> next = completions(served, plans).iterator();
    return plans.stream().map(plan -> sampled(served, plan, next)).toList();
  }

  /** Completes what can be completed, and plans to refuse the rest. */
  private List<Completion> completions(ServedPolicy served, List<Plan> plans) {
    while (true) {
      List<GenerationRequest> requests = plans.stream().flatMap(p -> requests(p).stream()).toList();
      try {
        return requests.isEmpty() ? List.of() : served.policy().complete(requests);
      } catch (RequestRefusedException e) {
        refuse(plans, e);
      }
    }
  }

  private void refuse(List<Plan> plans, RequestRefusedException refused) {
    int first = 0;
    for (int i = 0; i < plans.size(); i++) {
      int after = first + requests(plans.get(i)).size();
      if (refused.request() >= first && refused.request() < after) {
        Sample sample = (Sample) plans.get(i);
        plans.set(i, new Refuse(sample.source, String.valueOf(refused.getMessage())));
        return;
      }
      first = after;
    }
    throw new IllegalStateException("no request " + refused.request(), refused);
  }

  /** How to treat a prompt record. */
  private sealed interface Plan {}

  @SuppressWarnings("ArrayRecordComponent") // neither compared nor shared
  private record Sample(
      ConsumerRecord<byte[], byte[]> source, Prompt prompt, int[] tokens, List<String> pairIds)
      implements Plan {}

  private record Refuse(ConsumerRecord<byte[], byte[]> source, String reason) implements Plan {}

  private Plan plan(ServedPolicy served, PromptRecord record) {
    ConsumerRecord<byte[], byte[]> source = record.source();
    if (record.prompt() instanceof Decoded.Value<Prompt> value) {
      try {
        int[] tokens = encode(served.policy(), value.value());
        return new Sample(source, value.value(), tokens, pairIds(source, served.version()));
      } catch (UnusablePromptException e) {
        return new Refuse(source, String.valueOf(e.getMessage()));
      }
    }
    return new Refuse(source, ((Decoded.Undecodable<Prompt>) record.prompt()).error());
  }

  private int[] encode(LoadedPolicy policy, Prompt prompt) {
    if (prompt.getText().isPresent() != prompt.getMessages().isEmpty()) {
      throw new UnusablePromptException("the prompt needs text or messages, and not both");
    }
    int[] tokens = policy.encode(prompt);
    if (tokens.length == 0) {
      throw new UnusablePromptException("the prompt has no tokens");
    }
    if (tokens.length >= policy.contextLength()) {
      throw new UnusablePromptException(
          "the prompt's %d tokens leave no room in the model's context of %d"
              .formatted(tokens.length, policy.contextLength()));
    }
    return tokens;
  }

  private List<String> pairIds(ConsumerRecord<byte[], byte[]> prompt, long version) {
    return IntStream.range(0, config.pairsOfAPrompt())
        .mapToObj(
            i ->
                PairId.of(
                    runId, otherTopic(prompt), prompt.partition(), prompt.offset(), version, i))
        .toList();
  }

  /** The topic of a prompt that came from elsewhere; else empty. */
  private String otherTopic(ConsumerRecord<byte[], byte[]> prompt) {
    return prompt.topic().equals(ownTopic) ? "" : prompt.topic();
  }

  private List<GenerationRequest> requests(Plan plan) {
    List<GenerationRequest> requests = new ArrayList<>();
    if (plan instanceof Sample sample) {
      for (String id : groups(sample)) {
        for (int i = 0; i < config.pairing().completionsPerPrompt(); i++) {
          requests.add(new GenerationRequest(sample.tokens, DrawSeed.of(config.seed(), id, i)));
        }
      }
    }
    return requests;
  }

  /** The ids that the draws of each group depend on: its first pair's. */
  private List<String> groups(Sample sample) {
    return sample.pairIds.subList(0, config.pairsPerPrompt());
  }

  private SamplingResult sampled(ServedPolicy served, Plan plan, Iterator<Completion> completions) {
    if (plan instanceof Refuse refuse) {
      return new SamplingResult.Refused(refuse.source, refuse.reason);
    }
    Sample sample = (Sample) plan;
    List<CompletionPair> pairs = new ArrayList<>();
    for (int group = 0; group < groups(sample).size(); group++) {
      List<Completion> written = new ArrayList<>();
      for (int i = 0; i < config.pairing().completionsPerPrompt(); i++) {
        written.add(completions.next());
      }
      List<Integer> lengths = written.stream().map(c -> c.getTokenIds().size()).toList();
      for (PairingConfig.Places places : config.pairing().pairs(lengths)) {
        pairs.add(pair(served, sample, pairs.size(), group * written.size(), places, written));
      }
    }
    return new SamplingResult.Pairs(sample.source, pairs);
  }

  /**
   * @param index of the pair among those of its prompt
   * @param before completions of the prompt that were written before these
   */
  private CompletionPair pair(
      ServedPolicy served,
      Sample sample,
      int index,
      int before,
      PairingConfig.Places places,
      List<Completion> written) {
    Completion first = written.get(places.first());
    Completion second = written.get(places.second());
    List<Integer> promptTokens = Arrays.stream(sample.tokens).boxed().toList();
    return CompletionPair.newBuilder()
        .setPairId(sample.pairIds.get(index))
        .setRunId(runId)
        .setPrompt(sample.prompt)
        .setPromptTopic(otherTopic(sample.source))
        .setPromptPartition(sample.source.partition())
        .setPromptOffset(sample.source.offset())
        .setPromptTokenIds(promptTokens)
        .setGroupId(sample.pairIds.get(0))
        .setSampleIndex(index)
        .setFirst(first)
        .setSecond(second)
        .setFirstIndex(before + places.first())
        .setSecondIndex(before + places.second())
        .setPolicyVersion(served.version())
        .setPolicySha256(served.policy().sha256())
        .setSampling(
            SamplingParameters.newBuilder()
                .setTemperature(config.temperature())
                .setTopP(config.topP())
                .setTopK(config.topK())
                .setMaxNewTokens(config.maxNewTokens())
                .setMinP(config.decoding().minP())
                .setRepetitionPenalty(config.decoding().repetitionPenalty())
                .setMinNewTokens(config.decoding().minNewTokens())
                .setStop(config.decoding().stop())
                .setStopTokenIds(config.decoding().stopTokenIds())
                .build())
        .setSeed(config.seed())
        .setContentHash(ContentHash.of(promptTokens, first, second))
        .setCreatedAt(clock.instant())
        .build();
  }
}
