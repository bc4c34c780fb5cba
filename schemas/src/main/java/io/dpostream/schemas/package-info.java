/** Avro records, topics, the Confluent wire format and Kafka client defaults. */
@NullMarked
package io.dpostream.schemas;

import org.jspecify.annotations.NullMarked;
