package io.dpostream.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dpostream.settings.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplerConfigTest {

  @Test
  void shouldHaveDefaultsThatItAccepts() {
    assertThat(SamplerConfig.defaults().temperature()).isEqualTo(1.0);
    assertThat(SamplerConfig.defaults().maxOutstandingBatches()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "0,1,0,1,1,1,2,1,cpu,float32,1,sampler.temperature: 0.0 ",
    "NaN,1,0,1,1,1,2,1,cpu,float32,1,sampler.temperature: NaN ",
    "1,0,0,1,1,1,2,1,cpu,float32,1,sampler.top_p: 0.0 ",
    "1,1.1,0,1,1,1,2,1,cpu,float32,1,sampler.top_p: 1.1 ",
    "1,1,-1,1,1,1,2,1,cpu,float32,1,sampler.top_k: -1 ",
    "1,1,0,0,1,1,2,1,cpu,float32,1,sampler.max_new_tokens: 0 ",
    "1,1,0,1,0,1,2,1,cpu,float32,1,sampler.pairs_per_prompt: 0 ",
    "1,1,0,1,1,0,2,1,cpu,float32,1,sampler.batch_size: 0 ",
    "1,1,0,1,1,1,1,1,cpu,float32,1,sampler.max_outstanding_batches: 1 ",
    "1,1,0,1,1,1,2,0,cpu,float32,1,sampler.max_waiting_for_people: 0 ",
    "1,1,0,1,1,1,2,1,gpu,float32,1,sampler.device: gpu ",
    "1,1,0,1,1,1,2,1,cpu,int8,1,sampler.dtype: int8 ",
    "1,1,0,1,1,1,2,1,cpu,float32,0,sampler.threads: 0 ",
  })
  void shouldRefuseWhatCannotBeInOneLine(
      double temperature,
      double topP,
      int topK,
      int maxNewTokens,
      int pairsPerPrompt,
      int batchSize,
      int maxOutstandingBatches,
      int maxWaitingForPeople,
      String device,
      String dtype,
      int threads,
      String message) {
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(
            () ->
                new SamplerConfig(
                    0,
                    temperature,
                    topP,
                    topK,
                    maxNewTokens,
                    pairsPerPrompt,
                    batchSize,
                    maxOutstandingBatches,
                    maxWaitingForPeople,
                    device,
                    dtype,
                    threads))
        .withMessageStartingWith(message)
        .withMessageNotContaining("\n");
  }
}
