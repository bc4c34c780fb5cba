package io.dpostream.policy.model;

/**
 * A sampled completion.
 *
 * @param tokenIds the completion, with the end-of-sequence token when there was one
 * @param logprobs log-probability of each token under the unmodified policy
 * @param samplingLogprobs log-probability of each token under the distribution it was drawn from; 0
 *     for greedy decoding
 * @param stopped whether it ended with an end-of-sequence token, not at a length limit
 */
@SuppressWarnings("ArrayRecordComponent")
public record Generation(
    int[] tokenIds, float[] logprobs, float[] samplingLogprobs, boolean stopped) {}
