package io.dpostream.trainer.sft;

/**
 * What one step of fine-tuning came to.
 *
 * @param step from 1
 * @param steps of the whole run
 * @param loss negative log-likelihood of a completion token, the batch's mean, before the step
 * @param gradNorm global norm before clipping
 * @param learningRate of this step
 * @param tokens of prompts and completions
 */
public record SftStep(
    long step, long steps, double loss, double gradNorm, double learningRate, long tokens) {}
