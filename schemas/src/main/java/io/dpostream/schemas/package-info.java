/** Avro records of the topics, their ids and hashes. */
@NullMarked
package io.dpostream.schemas;

import org.jspecify.annotations.NullMarked;
