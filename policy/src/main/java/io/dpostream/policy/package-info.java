/** The language model: checkpoints, tokenizer, forward, log-probabilities and decoding. */
@NullMarked
package io.dpostream.policy;

import org.jspecify.annotations.NullMarked;
