/**
 * Turns votes into preferences: a Kafka Streams application around {@link
 * io.dpostream.judge.assembler.Assembly}, which decides without Kafka.
 */
@NullMarked
package io.dpostream.judge.assembler;

import org.jspecify.annotations.NullMarked;
