package io.dpostream.sampler.versions;

import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.Decoder;
import io.dpostream.policy.model.Generation;
import io.dpostream.policy.model.GenerationRequest;
import io.dpostream.policy.model.LanguageModel;
import io.dpostream.policy.model.SamplingOptions;
import io.dpostream.policy.text.ChatJson;
import io.dpostream.policy.text.ChatTemplateException;
import io.dpostream.policy.text.Conversation;
import io.dpostream.policy.text.PromptEncoder;
import io.dpostream.policy.text.Tokenizer;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.sampler.SamplerConfig;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.FinishReason;
import io.dpostream.schemas.Prompt;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** A language model with its tokenizer, ready to complete prompts. */
public final class ModelPolicy implements LoadedPolicy {
  private final LanguageModel model;
  private final Tokenizer tokenizer;
  private final PromptEncoder encoder;
  private final Decoder decoder;
  private final SamplingOptions options;
  private final FittingBatches fitting = new FittingBatches();

  private ModelPolicy(LanguageModel model, Tokenizer tokenizer, SamplingOptions options) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.encoder = new PromptEncoder(tokenizer);
    this.decoder = model.decoder();
    this.options = options;
  }

  /** Returns a loader of checkpoint folders for the configured device and sampling parameters. */
  public static PolicyLoader loader(SamplerConfig config) {
    EngineOptions engine = new EngineOptions(config.device(), config.dtype(), config.threads());
    return path -> {
      CheckpointFolder folder = CheckpointFolder.open(path);
      Tokenizer tokenizer = folder.tokenizer();
      try {
        SamplingOptions options =
            new SamplingOptions(
                config.temperature(),
                config.topP(),
                config.topK(),
                config.maxNewTokens(),
                folder.generationDefaults(tokenizer).eosTokenIds());
        return new ModelPolicy(LanguageModel.load(folder, engine), tokenizer, options);
      } catch (RuntimeException e) {
        tokenizer.close();
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
    int[] ids = encoded(prompt);
    int vocabSize = model.config().vocabSize();
    for (int id : ids) {
      if (id >= vocabSize) {
        throw new UnusablePromptException(
            "token id %d is outside the model's vocabulary of %d".formatted(id, vocabSize));
      }
    }
    return ids;
  }

  @Override
  public List<Completion> complete(List<GenerationRequest> batch) {
    List<Generation> generations = fitting.compute(batch, part -> decoder.generate(part, options));
    return IntStream.range(0, batch.size())
        .mapToObj(i -> completion(batch.get(i).prompt(), generations.get(i)))
        .toList();
  }

  @Override
  public void close() {
    model.close();
    tokenizer.close();
  }

  private int[] encoded(Prompt prompt) {
    try {
      if (prompt.getText().isPresent()) {
        return encoder.encodeText(prompt.getText().get());
      }
      return encoder.encodeMessages(conversation(prompt));
    } catch (ChatTemplateException | IllegalArgumentException e) {
      throw new UnusablePromptException(String.valueOf(e.getMessage()));
    }
  }

  private static Conversation conversation(Prompt prompt) {
    return new Conversation(
        prompt.getMessages().stream()
            .map(m -> ChatJson.message(m.getRole(), m.getContent(), m.getFields()))
            .toList(),
        ChatJson.variables(prompt.getTemplateInputs()));
  }

  private Completion completion(int[] prompt, Generation generation) {
    return Completion.newBuilder()
        .setText(tokenizer.decodeAfter(prompt, generation.tokenIds()))
        .setTokenIds(Arrays.stream(generation.tokenIds()).boxed().toList())
        .setLogprobs(boxed(generation.logprobs()))
        .setSamplingLogprobs(boxed(generation.samplingLogprobs()))
        .setFinishReason(generation.stopped() ? FinishReason.STOP : FinishReason.LENGTH)
        .build();
  }

  private static List<Float> boxed(float[] values) {
    return IntStream.range(0, values.length).mapToObj(i -> values[i]).toList();
  }
}
