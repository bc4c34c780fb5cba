/** Writing in transactions, and waiting out outages. */
@NullMarked
package io.dpostream.kafka.writing;

import org.jspecify.annotations.NullMarked;
