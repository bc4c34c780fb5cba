/**
 * Files of weights: safetensors, the hash of a policy, and folders that appear complete or not at
 * all.
 *
 * <p>What the weights mean is left to the model.
 */
@NullMarked
package io.dpostream.policy.checkpoint;

import org.jspecify.annotations.NullMarked;
