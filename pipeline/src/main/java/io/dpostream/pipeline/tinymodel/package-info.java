/**
 * The tiny model that the project ships: its tokenizer, its untrained weights, and where it lies.
 */
@NullMarked
package io.dpostream.pipeline.tinymodel;

import org.jspecify.annotations.NullMarked;
