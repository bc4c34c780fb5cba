package io.dpostream.sampler;

import io.dpostream.settings.Default;
import io.dpostream.settings.Doc;
import io.dpostream.settings.Require;
import java.util.List;

/** Settings of the decoder beyond temperature, top-k and top-p. */
public record DecodingConfig(
    @Doc("Tokens less probable than this times the most probable one are not drawn; 0 is off.")
        @Default("0")
        double minP,
    @Doc(
            "Divides the positive logits of tokens that the prompt or the completion already has,"
                + " and multiplies the negative ones; 1 is off.")
        @Default("1")
        double repetitionPenalty,
    @Doc("Tokens of a completion at least: no end is drawn before.") @Default("0") int minNewTokens,
    @Doc(
            "Texts that end a completion, besides the model's end tokens. The text and the token"
                + " that completes it stay part of the completion.")
        List<String> stop,
    @Doc("Token ids that end a completion, besides the model's end tokens.")
        List<Integer> stopTokenIds,
    @Doc(
            "Completions that `builtin` decodes at once. One that ends makes room for the next of"
                + " its batch.")
        @Default("64")
        int slots,
    @Doc(
            "Memory for keys and values of completions that `builtin` decodes, in megabytes: beyond"
                + " it, completions wait for others to end. One is always written.")
        @Default("1024")
        int cacheMb) {

  public DecodingConfig {
    stop = List.copyOf(stop);
    stopTokenIds = List.copyOf(stopTokenIds);
    Require.between("min_p", minP, 0, 1);
    Require.aboveAndAtMost("repetition_penalty", repetitionPenalty, 0, 100);
    Require.atLeast("min_new_tokens", minNewTokens, 0);
    for (String text : stop) {
      Require.that(!text.isEmpty(), "stop", text, "must not be empty; leave it out");
    }
    for (int id : stopTokenIds) {
      Require.atLeast("stop_token_ids", id, 0);
    }
    Require.atLeast("slots", slots, 1);
    Require.atLeast("cache_mb", cacheMb, 1);
  }

  /** Refuses what servers would draw from another distribution than they report. */
  void requirePlain(String reason) {
    Require.that(minP == 0, "min_p", minP, "is not possible " + reason + 0);
    Require.that(
        repetitionPenalty == 1,
        "repetition_penalty",
        repetitionPenalty,
        "is not possible " + reason + 1);
    Require.that(
        minNewTokens == 0, "min_new_tokens", minNewTokens, "is not possible " + reason + 0);
    Require.that(
        stop.isEmpty(),
        "stop",
        String.join(", ", stop),
        "is not possible with engine vllm; use stop_token_ids");
  }
}
