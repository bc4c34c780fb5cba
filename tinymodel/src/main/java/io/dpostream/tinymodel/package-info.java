/**
 * How the shipped tiny model is made: its tokenizer and its untrained weights. The program that is
 * shipped holds the result and not this.
 */
@NullMarked
package io.dpostream.tinymodel;

import org.jspecify.annotations.NullMarked;
