/** Runs judges on Kafka: pairs in, judgments out. */
@NullMarked
package io.dpostream.judge.service;

import org.jspecify.annotations.NullMarked;
