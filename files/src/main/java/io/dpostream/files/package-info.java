/** Rows of the files that people bring: JSON Lines, JSON arrays and Parquet. */
@NullMarked
package io.dpostream.files;

import org.jspecify.annotations.NullMarked;
