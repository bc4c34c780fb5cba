package io.dpostream.sampler.vllm;

import io.dpostream.settings.Default;
import io.dpostream.settings.Doc;
import io.dpostream.settings.Require;
import java.util.List;
import java.util.Optional;

/** Settings of the vLLM servers that write completions. */
public record VllmSettings(
    @Doc(
            "Addresses of the servers, such as `http://localhost:8000`. Several are replicas: name"
                + " each one, not a balancer before them.")
        List<String> baseUrls,
    @Doc("Environment variable with the key that the servers ask for (`--api-key`), if they do.")
        Optional<String> apiKeyEnv,
    @Doc(
            "How a version reaches the servers: `weights` reloads all weights from its folder,"
                + " `adapter` loads its adapter, which needs `trainer.lora_r`. The servers read"
                + " that folder at the same path.")
        @Default("weights")
        SyncMode sync,
    @Doc(
            "Largest mean difference, in nats, between the log-probabilities of a few tokens that a"
                + " server writes and those of the version it was brought, which is loaded for this"
                + " on `sampler.device`; 0 loads and compares nothing.")
        @Default("0.1")
        double tolerance,
    @Doc("Milliseconds for one completion, connection and body included.") @Default("120000")
        long timeoutMs,
    @Doc("Milliseconds for a server to load a version, with what it still writes before that.")
        @Default("600000")
        long loadTimeoutMs,
    @Doc("Completions asked of one server at once.") @Default("256") int maxConcurrency,
    @Doc("Rounds without a completion after which the servers count as out of reach.") @Default("4")
        int maxAttempts,
    @Doc("Milliseconds before the second round; doubles each time.") @Default("500")
        long retryBackoffMs) {

  private static final long LONGEST_MS = Integer.MAX_VALUE;

  public VllmSettings {
    baseUrls = List.copyOf(baseUrls);
    for (String url : baseUrls) {
      Require.that(
          url.matches("https?://[^/\\s?#@]+(/[^\\s?#]*)?"),
          "base_urls",
          url,
          "must be an http(s) URL such as http://localhost:8000");
    }
    Require.that(
        baseUrls.stream().distinct().count() == baseUrls.size(),
        "base_urls",
        String.join(", ", baseUrls),
        "names a server twice");
    Require.between("tolerance", tolerance, 0, 100);
    Require.between("timeout_ms", timeoutMs, 1, LONGEST_MS);
    Require.between("load_timeout_ms", loadTimeoutMs, 1, LONGEST_MS);
    Require.between("max_concurrency", maxConcurrency, 1, 10_000);
    Require.between("max_attempts", maxAttempts, 1, 100);
    Require.between("retry_backoff_ms", retryBackoffMs, 1, LONGEST_MS);
  }

  /** How a version reaches a server. */
  public enum SyncMode {
    WEIGHTS,
    ADAPTER
  }
}
