/** How every service reaches Kafka: client settings, topics and their creation, dead letters. */
@NullMarked
package io.dpostream.kafka;

import org.jspecify.annotations.NullMarked;
