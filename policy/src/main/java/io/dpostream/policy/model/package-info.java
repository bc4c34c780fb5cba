/**
 * The language model: its configuration and layout, forward, log-probabilities, decoding, training
 * and its checkpoint folder.
 *
 * <p>No array of DJL's leaves the package without its owner being named.
 */
@NullMarked
package io.dpostream.policy.model;

import org.jspecify.annotations.NullMarked;
