/** A real Kafka broker and a Confluent-compatible schema registry as child processes. */
@NullMarked
package io.dpostream.broker;

import org.jspecify.annotations.NullMarked;
