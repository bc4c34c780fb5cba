/**
 * The making of the shipped tiny model: its tokenizer and its untrained weights. The product ships
 * the result, but not this module.
 */
@NullMarked
package io.dpostream.tinymodel;

import org.jspecify.annotations.NullMarked;
