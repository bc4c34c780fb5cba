package io.dpostream.sampler.vllm;

import io.dpostream.policy.model.Generation;
import io.dpostream.policy.model.LanguageModel;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.settings.UserException;
import java.util.List;
import java.util.Optional;

/**
 * Compares the log-probabilities that servers give with those of a version, which is loaded here
 * for it. A server may report weights that it does not write with: vLLM 0.32 on a CPU packs them at
 * its start and keeps part of the former ones when it reloads. Not thread-safe.
 */
final class WeightsCheck implements AutoCloseable {
  private final VersionFolder version;
  private final EngineOptions options;
  private final double tolerance;
  private Optional<LanguageModel> model = Optional.empty();

  /**
   * @param tolerance largest mean difference, in nats; 0 compares nothing
   */
  WeightsCheck(VersionFolder version, EngineOptions options, double tolerance) {
    this.version = version;
    this.options = options;
    this.tolerance = tolerance;
  }

  /**
   * Compares what a server wrote.
   *
   * @throws UserException when another model must have written it
   */
  void compare(String address, int[] prompt, Generation written) {
    if (tolerance == 0) {
      return;
    }
    TokenSequence sequence = new TokenSequence(prompt, written.tokenIds());
    float[] expected = model().logprobs(List.of(sequence))[0];
    double sum = 0;
    for (int i = 0; i < expected.length; i++) {
      sum += Math.abs(expected[i] - written.logprobs()[i]);
    }
    double mean = sum / expected.length;
    if (!(mean <= tolerance)) {
      throw new UserException(
          "%s writes with other weights than those of %s that it was given: log-probabilities differ by %.3g; see sampler.vllm.tolerance"
              .formatted(address, version.name(), mean));
    }
  }

  private LanguageModel model() {
    if (model.isEmpty()) {
      model = Optional.of(LanguageModel.load(version.checkpoint(), options));
    }
    return model.get();
  }

  @Override
  public void close() {
    model.ifPresent(LanguageModel::close);
  }
}
