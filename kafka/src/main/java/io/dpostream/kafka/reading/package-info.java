/** Reading topics: to their end, on beyond it, and several aligned in time. */
@NullMarked
package io.dpostream.kafka.reading;

import org.jspecify.annotations.NullMarked;
