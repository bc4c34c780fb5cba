package io.dpostream.sampler;

import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.policy.torch.Precision;
import io.dpostream.sampler.versions.SpecialTokens;
import io.dpostream.sampler.vllm.VllmSettings;
import io.dpostream.settings.Default;
import io.dpostream.settings.Doc;
import io.dpostream.settings.Flat;
import io.dpostream.settings.Require;
import io.dpostream.settings.SettingsTree;

/** Settings of how completions are sampled, and how far the sampler may be ahead of the trainer. */
public record SamplerConfig(
    @Doc("Seed of every random draw of the sampling.") @Default("0") long seed,
    @Doc("Divides the logits; 0 is greedy, which makes all completions of a prompt alike.")
        @Default("1")
        double temperature,
    @Doc("Mass of the nucleus to draw from, in (0, 1]; 1 is off.") @Default("1") double topP,
    @Doc("Most likely tokens to draw from; 0 is off.") @Default("0") int topK,
    @Doc("Tokens of a completion at most.") @Default("128") int maxNewTokens,
    @Flat DecodingConfig decoding,
    @Doc("Pairs sampled for each prompt record, with pairing `two`.") @Default("1")
        int pairsPerPrompt,
    @Flat PairingConfig pairing,
    @Doc("Prompts that are decoded together.") @Default("16") int batchSize,
    @Doc(
            "Bound on preferences not yet trained plus those expected from pairs without an outcome,"
                + " in training batches: how many steps old a pair may be when it is trained; at"
                + " least 2, so that one batch can fill while another is trained.")
        @Default("2")
        int maxOutstandingBatches,
    @Doc(
            "Bound on pairs that wait for people, which are counted apart; a human judge's"
                + " `max_open` bounds them as well.")
        @Default("1000")
        int maxWaitingForPeople,
    @Doc(
            "Names this sampler among those of its run; part of its transactional id. Of two with one"
                + " name the newer takes over. Empty: `up` in `dpo up` and `dpo quickstart`, else the"
                + " host's name and the process id.")
        @Default("''")
        String instance,
    @Doc(
            "Milliseconds of silence after which a sampler's prompts go to another, and its open"
                + " transaction is aborted; brokers want 6000 at least.")
        @Default("10000")
        int sessionTimeoutMs,
    @Doc("Where the sampler's model runs: `cpu`, `cuda` or `cuda:N`.") @Default("cpu")
        String device,
    @Doc("Type of the sampler's weights and activations.") @Default("float32") Precision dtype,
    @Doc("Threads of one operation on the CPU; shared with a trainer in the same process.")
        @Default("1")
        int threads,
    @Doc(
            "What writes completions: `builtin`, in this process, or `vllm`, on servers of their"
                + " own; `device`, `dtype` and `threads` are those of `builtin`.")
        @Default("builtin")
        EngineKind engine,
    @Doc(
            "Prompts whose text spells out special tokens of the model: `refuse`, since their"
                + " authors could end their turn and speak as somebody else, or `allow`, for prompts"
                + " that were rendered before.")
        @Default("refuse")
        SpecialTokens specialTokensInPrompts,
    VllmSettings vllm) {

  /** How many pairs a prompt record makes. */
  public int pairsOfAPrompt() {
    return pairsPerPrompt * pairing.pairs();
  }

  /** What writes completions. */
  public enum EngineKind {
    BUILTIN,
    VLLM
  }

  /** The defaults, for a configuration without a sampler section. */
  public static SamplerConfig defaults() {
    return SettingsTree.defaults(SamplerConfig.class);
  }

  public SamplerConfig {
    Require.between("temperature", temperature, 0, 100);
    Require.aboveAndAtMost("top_p", topP, 0, 1);
    Require.atLeast("top_k", topK, 0);
    Require.atLeast("max_new_tokens", maxNewTokens, 1);
    Require.that(
        decoding.minNewTokens() <= maxNewTokens,
        "min_new_tokens",
        decoding.minNewTokens(),
        "must not exceed max_new_tokens, which is " + maxNewTokens);
    Require.atLeast("pairs_per_prompt", pairsPerPrompt, 1);
    Require.that(
        pairsPerPrompt == 1 || pairing.pairing() == PairingConfig.Pairing.TWO,
        "pairs_per_prompt",
        pairsPerPrompt,
        "must be 1 unless pairing is two; completions_per_prompt says how many are sampled");
    Require.atLeast("batch_size", batchSize, 1);
    Require.atLeast("max_outstanding_batches", maxOutstandingBatches, 2);
    Require.atLeast("max_waiting_for_people", maxWaitingForPeople, 1);
    Require.nameOrEmpty("instance", instance);
    Require.atLeast("session_timeout_ms", sessionTimeoutMs, 1000);
    Require.that(
        EngineOptions.isDevice(device), "device", device, "is not one of cpu, cuda, cuda:N");
    Require.atLeast("threads", threads, 1);
    if (engine == EngineKind.VLLM) {
      String untruncated =
          "with engine vllm, whose servers give one kind of log-probability; set it to ";
      Require.that(
          temperature == 1, "temperature", temperature, "is not possible " + untruncated + 1);
      Require.that(topP == 1, "top_p", topP, "is not possible " + untruncated + 1);
      Require.that(topK == 0, "top_k", topK, "is not possible " + untruncated + 0);
      decoding.requirePlain(untruncated);
    }
    boolean named = !vllm.baseUrls().isEmpty();
    Require.that(
        named || engine != EngineKind.VLLM,
        "vllm.base_urls",
        "",
        "must name a server with engine vllm, such as http://localhost:8000");
    Require.that(
        !named || engine == EngineKind.VLLM,
        "vllm.base_urls",
        String.join(", ", vllm.baseUrls()),
        "has no effect with engine builtin; leave it out, or set engine to vllm");
  }
}
