/** Avro values in the Confluent wire format, and the client of the schema registry. */
@NullMarked
package io.dpostream.kafka.serde;

import org.jspecify.annotations.NullMarked;
