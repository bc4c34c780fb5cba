/** A small schema registry with the part of Confluent's REST interface that Avro clients use. */
@NullMarked
package io.dpostream.broker.registry;

import org.jspecify.annotations.NullMarked;
