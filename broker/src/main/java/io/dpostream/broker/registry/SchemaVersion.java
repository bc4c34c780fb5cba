package io.dpostream.broker.registry;

import org.apache.avro.Schema;

/** One version of a subject. */
record SchemaVersion(String subject, int version, int id, Schema schema) {}
