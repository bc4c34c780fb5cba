/** Import of files into topics, and export of topics into files. */
@NullMarked
package io.dpostream.pipeline.exchange;

import org.jspecify.annotations.NullMarked;
