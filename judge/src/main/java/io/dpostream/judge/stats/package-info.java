/** How good judges are, measured on their judgments. Pure functions; no Kafka. */
@NullMarked
package io.dpostream.judge.stats;

import org.jspecify.annotations.NullMarked;
