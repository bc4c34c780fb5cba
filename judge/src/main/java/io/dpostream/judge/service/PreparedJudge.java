package io.dpostream.judge.service;

import java.util.List;
import java.util.function.Supplier;

/**
 * A judge with everything that it needs to start working.
 *
 * @param close releases the judge
 * @param prepare runs once, after the topics exist and before any worker starts
 * @param workers each feeds the judge from a thread of its own; recreated after a failed connection
 */
record PreparedJudge(
    JudgeSpec spec, Runnable close, Runnable prepare, List<Supplier<JudgeWorker>> workers) {}
