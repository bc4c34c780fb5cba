/**
 * Tensors, element types and TorchScript programs on DJL's PyTorch engine.
 *
 * <p>Nothing in this package knows what a language model is. The mathematics is TorchScript, in
 * {@code torchscript/*.py}; the classes hold tensors and call it.
 */
@NullMarked
package io.dpostream.policy.torch;

import org.jspecify.annotations.NullMarked;
