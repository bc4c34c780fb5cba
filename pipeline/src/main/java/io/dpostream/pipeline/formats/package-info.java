/** Prompts, preferences and judgments as rows of JSON files, in the formats that people use. */
@NullMarked
package io.dpostream.pipeline.formats;

import org.jspecify.annotations.NullMarked;
