/** Reading topics: to their end, beyond it, and several of them aligned in time. */
@NullMarked
package io.dpostream.kafka.reading;

import org.jspecify.annotations.NullMarked;
