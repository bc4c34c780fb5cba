package io.dpostream.judge.stats;

/**
 * How often a judge's preferences are wrong.
 *
 * @param estimate in [0, 1]
 * @param low of the 95 % interval
 * @param high of the 95 % interval
 * @param pairs on which the judge and another that is measured preferred a side
 */
public record ErrorRate(double estimate, double low, double high, long pairs) {}
