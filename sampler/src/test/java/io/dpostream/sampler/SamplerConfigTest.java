package io.dpostream.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dpostream.settings.SettingsReader;
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
    "temperature=0,sampler.temperature: 0 must be above 0 and at most 100",
    "temperature=NaN,'sampler.temperature: \"NaN\" is not a number'",
    "top_p=0,sampler.top_p: 0 must be above 0 and at most 1",
    "top_p=1.1,sampler.top_p: 1.1 must be above 0 and at most 1",
    "top_k=-1,sampler.top_k: -1 must be at least 0",
    "max_new_tokens=0,sampler.max_new_tokens: 0 must be at least 1",
    "pairs_per_prompt=0,sampler.pairs_per_prompt: 0 must be at least 1",
    "batch_size=0,sampler.batch_size: 0 must be at least 1",
    "max_outstanding_batches=1,sampler.max_outstanding_batches: 1 must be at least 2",
    "max_waiting_for_people=0,sampler.max_waiting_for_people: 0 must be at least 1",
    "device=gpu,'sampler.device: ''gpu'' is not one of cpu, cuda, cuda:N'",
    "dtype=int8,'sampler.dtype: ''int8'' is not one of float32, bfloat16'",
    "threads=0,sampler.threads: 0 must be at least 1",
  })
  void shouldRefuseWhatCannotBeInOneLine(String assignment, String message) {
    SettingsReader<Sampling> reader =
        new SettingsReader<>(new Sampling(SamplerConfig.defaults())).set("sampler." + assignment);

    assertThatExceptionOfType(UserException.class).isThrownBy(reader::read).withMessage(message);
  }

  private record Sampling(SamplerConfig sampler) {}
}
