package io.dpostream.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dpostream.settings.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplerConfigTest {
  private static final String SERVER = "vllm.base_urls=[http://localhost:8000]";

  @Test
  void shouldHaveDefaultsThatItAccepts() {
    assertThat(SamplerConfig.defaults().temperature()).isEqualTo(1.0);
    assertThat(SamplerConfig.defaults().maxOutstandingBatches()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "temperature=-1,sampler.temperature: -1 must be between 0 and 100",
    "min_p=1.5,sampler.min_p: 1.5 must be between 0 and 1",
    "repetition_penalty=0,sampler.repetition_penalty: 0 must be above 0 and at most 100",
    "min_new_tokens=129,'sampler.min_new_tokens: 129 must not exceed max_new_tokens, which is 128'",
    "'stop=[\"\"]','sampler.stop: '''' must not be empty; leave it out'",
    "stop_token_ids=[-1],sampler.stop_token_ids: -1 must be at least 0",
    "slots=0,sampler.slots: 0 must be at least 1",
    "cache_mb=0,sampler.cache_mb: 0 must be at least 1",
    "completions_per_prompt=3,'sampler.completions_per_prompt: 3 must be 2 with pairing two; set pairing to all or length'",
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
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> Configs.of(assignment))
        .withMessage(message);
  }

  @ParameterizedTest
  @CsvSource({
    "temperature=0.7,sampler.temperature: 0.7 is not possible with engine vllm; set it to 1",
    "top_p=0.9,sampler.top_p: 0.9 is not possible with engine vllm; set it to 1",
    "top_k=5,sampler.top_k: 5 is not possible with engine vllm; set it to 0",
    "min_p=0.1,sampler.min_p: 0.1 is not possible with engine vllm; set it to 0",
    "repetition_penalty=1.2,sampler.repetition_penalty: 1.2 is not possible with engine vllm; set it to 1",
    "min_new_tokens=2,sampler.min_new_tokens: 2 is not possible with engine vllm; set it to 0",
    "vllm.timeout_ms=0,sampler.vllm.timeout_ms: 0 must be between 1 and 2147483647",
    "vllm.load_timeout_ms=0,sampler.vllm.load_timeout_ms: 0 must be between 1 and 2147483647",
    "vllm.max_concurrency=0,sampler.vllm.max_concurrency: 0 must be between 1 and 10000",
    "vllm.tolerance=-1,sampler.vllm.tolerance: -1 must be between 0 and 100",
    "vllm.max_attempts=0,sampler.vllm.max_attempts: 0 must be between 1 and 100",
    "vllm.retry_backoff_ms=0,sampler.vllm.retry_backoff_ms: 0 must be between 1 and 2147483647",
  })
  void shouldRefuseWhatVllmCannotDoInOneLine(String assignment, String message) {
    String reason = ", whose servers give one kind of log-probability; set";
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> Configs.of("engine=vllm", SERVER, assignment))
        .withMessage(message.replace("; set", reason));
  }

  @Test
  void shouldRefuseAddressesThatNameNoServer() {
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> Configs.of("engine=vllm"))
        .withMessage(
            "sampler.vllm.base_urls: '' must name a server with engine vllm, such as"
                + " http://localhost:8000");
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> Configs.of("engine=vllm", "vllm.base_urls=[localhost:8000]"))
        .withMessage(
            "sampler.vllm.base_urls: 'localhost:8000' must be an http(s) URL such as"
                + " http://localhost:8000");
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> Configs.of("engine=vllm", "vllm.base_urls=[http://a, http://a]"))
        .withMessage("sampler.vllm.base_urls: 'http://a, http://a' names a server twice");
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> Configs.of(SERVER))
        .withMessageContaining("has no effect with engine builtin");
  }

  @Test
  void shouldRefuseTextsThatVllmWouldEndAt() {
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> Configs.of("engine=vllm", SERVER, "stop=[stop]"))
        .withMessage("sampler.stop: 'stop' is not possible with engine vllm; use stop_token_ids");
  }

  @Test
  void shouldMakePairsOfAPromptByOneRuleOnly() {
    assertThat(Configs.of("pairs_per_prompt=3").pairsOfAPrompt()).isEqualTo(3);
    assertThat(Configs.of("pairing=all", "completions_per_prompt=4").pairsOfAPrompt()).isEqualTo(6);
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> Configs.of("pairing=length", "pairs_per_prompt=2"))
        .withMessageContaining("sampler.pairs_per_prompt: 2 must be 1 unless pairing is two");
  }
}
