/** Prompts, preferences and judgments as rows of JSON files, in the formats people have. */
@NullMarked
package io.dpostream.pipeline.formats;

import org.jspecify.annotations.NullMarked;
