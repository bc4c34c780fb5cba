/**
 * Questions whose answers can be checked, answered well, at length or wrongly, from which the
 * shipped tiny model is made. A corpus is a function of a seed; only {@link
 * io.dpostream.tinymodel.corpus.CorpusFiles} touches files.
 */
@NullMarked
package io.dpostream.tinymodel.corpus;

import org.jspecify.annotations.NullMarked;
