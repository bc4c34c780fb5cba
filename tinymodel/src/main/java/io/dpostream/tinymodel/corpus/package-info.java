/**
 * Questions whose answers can be checked, answered well, at length or wrongly: what the shipped
 * tiny model is made from. A function of a seed; no files but those of {@link
 * io.dpostream.tinymodel.corpus.CorpusFiles}.
 */
@NullMarked
package io.dpostream.tinymodel.corpus;

import org.jspecify.annotations.NullMarked;
