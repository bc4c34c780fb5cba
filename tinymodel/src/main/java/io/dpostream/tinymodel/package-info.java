/**
 * The making of the shipped tiny model: its tokenizer and its untrained weights; and {@link
 * io.dpostream.tinymodel.TinyLlama}, the random model that tests share. The product ships the
 * result, but not this module.
 */
@NullMarked
package io.dpostream.tinymodel;

import org.jspecify.annotations.NullMarked;
