/**
 * The language model: checkpoints, tokenizer, forward, log-probabilities and decoding.
 *
 * <p>The mathematics is TorchScript, in {@code torchscript/*.py}; the classes here hold tensors and
 * call it. No array of DJL's leaves the package without its owner being named.
 */
@NullMarked
package io.dpostream.policy;

import org.jspecify.annotations.NullMarked;
