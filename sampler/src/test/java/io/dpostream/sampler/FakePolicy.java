package io.dpostream.sampler;

import io.dpostream.policy.model.GenerationRequest;
import io.dpostream.policy.model.RandomDraws;
import io.dpostream.sampler.versions.LoadedPolicy;
import io.dpostream.sampler.versions.UnusablePromptException;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.FinishReason;
import io.dpostream.schemas.Prompt;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** A policy whose token is a letter: four drawn letters follow the prompt's letters. */
public class FakePolicy implements LoadedPolicy {
  private final String sha256;
  private final AtomicBoolean closed = new AtomicBoolean();

  public FakePolicy(String sha256) {
    this.sha256 = sha256;
  }

  @Override
  public String sha256() {
    return sha256;
  }

  @Override
  public int contextLength() {
    return 40;
  }

  @Override
  public int[] encode(Prompt prompt) {
    return prompt
        .getText()
        .orElseThrow(() -> new UnusablePromptException("no chat template"))
        .chars()
        .toArray();
  }

  @Override
  public List<Completion> complete(List<GenerationRequest> batch) {
    if (closed.get()) {
      throw new IllegalStateException("closed");
    }
    return batch.stream().map(FakePolicy::complete).toList();
  }

  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      throw new IllegalStateException("closed twice");
    }
  }

  /** Whether it was closed. */
  public boolean isClosed() {
    return closed.get();
  }

  private static Completion complete(GenerationRequest request) {
    List<Integer> ids = new ArrayList<>();
    List<Float> logprobs = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    for (int position = 0; position < 4; position++) {
      int letter = 'a' + (int) (26 * RandomDraws.uniform(request.drawSeed(), position));
      ids.add(letter);
      logprobs.add((float) -Math.log(26));
      text.append((char) letter);
    }
    return Completion.newBuilder()
        .setText(text.toString())
        .setTokenIds(ids)
        .setLogprobs(logprobs)
        .setSamplingLogprobs(logprobs)
        .setFinishReason(FinishReason.LENGTH)
        .build();
  }
}
