/** Preference records become batches, the same ones whoever reads them. */
@NullMarked
package io.dpostream.trainer.batch;

import org.jspecify.annotations.NullMarked;
