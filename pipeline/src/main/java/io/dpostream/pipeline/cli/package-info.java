/** The command line: parsing, exit codes and error lines. */
@NullMarked
package io.dpostream.pipeline.cli;

import org.jspecify.annotations.NullMarked;
