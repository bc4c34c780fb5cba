package io.dpostream.judge.stats;

import io.dpostream.schemas.JudgeKind;
import java.util.Optional;

/**
 * What is known of one judge; of a human judge, one for each person.
 *
 * @param judge its id, for a person {@code judge id/annotator id}
 * @param judgments that count, one a pair
 * @param tieRate share of ties among the verdicts
 * @param abstainRate share of abstentions among the judgments
 * @param withPeople agreement with the people's majority, itself left out
 * @param withMajority agreement with the majority of all others
 * @param positionBias for judges that are asked in both orders
 * @param errorRate estimated from overlaps, where each two of it and two others share enough pairs
 * @param latencyP50Ms median, where it was measured
 * @param latencyP99Ms 99th percentile
 * @param costUsd of all calls, where it was recorded
 */
public record JudgeReport(
    String judge,
    JudgeKind kind,
    long judgments,
    double tieRate,
    double abstainRate,
    Optional<Agreement> withPeople,
    Optional<Agreement> withMajority,
    Optional<PositionBias> positionBias,
    Optional<ErrorRate> errorRate,
    Optional<Long> latencyP50Ms,
    Optional<Long> latencyP99Ms,
    Optional<Double> costUsd) {}
