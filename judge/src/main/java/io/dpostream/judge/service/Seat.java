package io.dpostream.judge.service;

import java.util.List;
import java.util.function.Supplier;

/**
 * A judge that is ready to work.
 *
 * @param close lets go of it
 * @param prepare done once, when the topics are there and before anybody works
 * @param workers each brings it pairs, in a thread of its own; made anew when a connection failed
 */
record Seat(JudgeSpec spec, Runnable close, Runnable prepare, List<Supplier<Worker>> workers) {}
