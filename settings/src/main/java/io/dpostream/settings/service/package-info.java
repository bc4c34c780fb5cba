/**
 * The contract by which every service runs and stops.
 *
 * <p>It stands in the module that all others see and that sees none: running and stopping have
 * nothing to do with Kafka, and a service may do without it.
 */
@NullMarked
package io.dpostream.settings.service;

import org.jspecify.annotations.NullMarked;
