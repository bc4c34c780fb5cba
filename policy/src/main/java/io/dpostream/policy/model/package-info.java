/**
 * The language model: configuration and layout, forward pass, log-probabilities, decoding,
 * training, and checkpoint folders.
 *
 * <p>No DJL array leaves the package without a documented owner.
 */
@NullMarked
package io.dpostream.policy.model;

import org.jspecify.annotations.NullMarked;
