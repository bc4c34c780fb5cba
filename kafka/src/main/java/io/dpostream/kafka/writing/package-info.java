/** Writing in transactions, and waiting out what cannot be reached. */
@NullMarked
package io.dpostream.kafka.writing;

import org.jspecify.annotations.NullMarked;
