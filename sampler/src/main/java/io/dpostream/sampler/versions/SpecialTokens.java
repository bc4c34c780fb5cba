package io.dpostream.sampler.versions;

/** What becomes of prompts whose text spells out special tokens of the model. */
public enum SpecialTokens {
  /** The prompt is a dead letter. */
  REFUSE,
  /** The tokenizer takes them for the tokens, as it does in transformers. */
  ALLOW
}
