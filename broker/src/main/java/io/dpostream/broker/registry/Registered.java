package io.dpostream.broker.registry;

import org.apache.avro.Schema;

/** One version of a subject. */
record Registered(String subject, int version, int id, Schema schema) {}
