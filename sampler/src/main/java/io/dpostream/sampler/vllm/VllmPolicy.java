package io.dpostream.sampler.vllm;

import io.dpostream.policy.model.Generation;
import io.dpostream.policy.model.GenerationRequest;
import io.dpostream.sampler.versions.EngineUnavailableException;
import io.dpostream.sampler.versions.LoadedPolicy;
import io.dpostream.sampler.versions.PromptCodec;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.Prompt;
import java.util.List;
import java.util.stream.IntStream;

/** A version that vLLM servers write with; prompts are encoded and completions decoded here. */
final class VllmPolicy implements LoadedPolicy {
  private final VllmEngine engine;
  private final VersionFolder version;
  private final PromptCodec codec;
  private final ServedVersion served;
  private final int contextLength;
  private final int maxNewTokens;

  VllmPolicy(
      VllmEngine engine,
      VersionFolder version,
      PromptCodec codec,
      ServedVersion served,
      int maxNewTokens) {
    this.engine = engine;
    this.version = version;
    this.codec = codec;
    this.served = served;
    this.contextLength = Math.min(codec.config().contextLength(), served.maxLength());
    this.maxNewTokens = maxNewTokens;
  }

  @Override
  public String sha256() {
    return version.version().getSha256();
  }

  @Override
  public int contextLength() {
    return contextLength;
  }

  @Override
  public int[] encode(Prompt prompt) {
    return codec.encode(prompt);
  }

  /**
   * Completes on the servers.
   *
   * @throws EngineUnavailableException also when another version has replaced this one on them
   */
  @Override
  public List<Completion> complete(List<GenerationRequest> batch) {
    List<CompletionCall> calls = batch.stream().map(this::call).toList();
    List<Generation> generations = engine.complete(served, calls);
    return IntStream.range(0, batch.size())
        .mapToObj(i -> codec.completion(batch.get(i).prompt(), generations.get(i)))
        .toList();
  }

  private CompletionCall call(GenerationRequest request) {
    int room = contextLength - request.prompt().length;
    return new CompletionCall(
        request.prompt(),
        request.drawSeed() >>> 1,
        Math.min(maxNewTokens, room),
        codec.eosTokenIds(),
        codec.config().vocabSize());
  }

  @Override
  public void close() {
    served.remove();
    codec.close();
  }
}
