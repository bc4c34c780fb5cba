/** Measurement of a policy against its reference on prompts that it was not trained on. */
@NullMarked
package io.dpostream.pipeline.evaluation;

import org.jspecify.annotations.NullMarked;
