package io.dpostream.tinymodel.vllm;

/** What a {@link VllmStandIn} does wrong at one completion. */
public enum Fault {
  /** Ends it as vLLM does what it gives up: status 200 and {@code finish_reason} abort. */
  ABORT,
  /** Fails with status 500. */
  FAIL,
  /** Refuses it with status 400. */
  REFUSE,
  /** Answers what is no completion. */
  NONSENSE,
  /** Answers with a page, as something between does. */
  PAGE,
  /** Names another model. */
  OTHER_MODEL,
  /** Reports another label of its weights for the last token. */
  OTHER_LABEL,
  /** Reports no label, as vLLM before 0.33 does. */
  NO_LABEL,
  /** Answers to another prompt. */
  OTHER_PROMPT,
  /** Leaves the last token out, as with a lower limit of its own. */
  SHORT,
  /** Gives logits for log-probabilities. */
  LOGITS,
  /** Does not answer. */
  HANG,
  /** Hangs up in the middle of the answer. */
  HANG_UP,
  /** Is started anew, and so loses what it was brought. */
  RESTART
}
