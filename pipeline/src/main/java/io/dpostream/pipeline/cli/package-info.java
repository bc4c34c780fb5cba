/** The command line: parsing, exit codes and how an error is told. */
@NullMarked
package io.dpostream.pipeline.cli;

import org.jspecify.annotations.NullMarked;
