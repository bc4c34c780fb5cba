package io.dpostream.trainer.sft;

import io.dpostream.trainer.epoch.BatchLoss;

/**
 * The negative log-likelihood of a batch.
 *
 * @param loss mean over the batch's completion tokens
 * @param tokens of prompts and completions
 */
public record TokenLoss(double loss, long tokens) implements BatchLoss {}
