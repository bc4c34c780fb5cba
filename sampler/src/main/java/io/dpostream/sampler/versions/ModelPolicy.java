package io.dpostream.sampler.versions;

import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.Decoder;
import io.dpostream.policy.model.DecodingLimits;
import io.dpostream.policy.model.Generation;
import io.dpostream.policy.model.GenerationRequest;
import io.dpostream.policy.model.LanguageModel;
import io.dpostream.policy.model.LanguageModelLoader;
import io.dpostream.policy.model.SamplingOptions;
import io.dpostream.policy.model.TextStop;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.sampler.DecodingConfig;
import io.dpostream.sampler.SamplerConfig;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.Prompt;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** A language model with its tokenizer, ready to complete prompts in this process. */
public final class ModelPolicy implements LoadedPolicy {
  private final LanguageModel model;
  private final PromptCodec codec;
  private final Decoder decoder;
  private final SamplingOptions options;
  private final DecodingLimits limits;
  private final Optional<TextStop> textStop;
  private final FittingBatches fitting = new FittingBatches();

  private ModelPolicy(LanguageModel model, PromptCodec codec, SamplerConfig config) {
    this.model = model;
    this.codec = codec;
    this.decoder = model.decoderAlone();
    DecodingConfig decoding = config.decoding();
    this.options =
        new SamplingOptions(
            config.temperature(),
            config.topP(),
            config.topK(),
            decoding.minP(),
            decoding.repetitionPenalty(),
            decoding.minNewTokens(),
            config.maxNewTokens(),
            codec.eosTokenIds());
    this.limits = new DecodingLimits(decoding.slots(), decoding.cacheMb() * 1_000_000L);
    this.textStop = codec.textStop(decoding.stop());
  }

  /** Returns a loader of checkpoint folders for the configured device and sampling parameters. */
  public static PolicyLoader loader(SamplerConfig config) {
    LanguageModelLoader models =
        new LanguageModelLoader(
            new EngineOptions(config.device(), config.dtype(), config.threads()));
    return path -> {
      CheckpointFolder folder = CheckpointFolder.open(path);
      PromptCodec codec = PromptCodec.open(folder, config);
      try {
        return new ModelPolicy(models.load(folder), codec, config);
      } catch (RuntimeException e) {
        codec.close();
        throw e;
      }
    };
  }

  @Override
  public String sha256() {
    return model.sha256();
  }

  @Override
  public int contextLength() {
    return model.config().contextLength();
  }

  @Override
  public int[] encode(Prompt prompt) {
    return codec.encode(prompt);
  }

  @Override
  public List<Completion> complete(List<GenerationRequest> batch) {
    List<Generation> generations =
        fitting.compute(batch, part -> decoder.generate(part, options, limits, textStop));
    return IntStream.range(0, batch.size())
        .mapToObj(i -> codec.completion(batch.get(i).prompt(), generations.get(i)))
        .toList();
  }

  @Override
  public void close() {
    model.close();
    codec.close();
  }
}
