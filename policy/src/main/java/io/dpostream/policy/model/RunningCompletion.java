package io.dpostream.policy.model;

import java.util.Arrays;

/** A growing completion; nothing is added after its end. */
final class RunningCompletion {
  private final int index;
  private final GenerationRequest request;
  private final int limit;
  private int[] tokens = new int[16];
  private float[] logprobs = new float[16];
  private float[] samplingLogprobs = new float[16];
  private int count;
  private boolean stopped;

  RunningCompletion(int index, GenerationRequest request, ModelConfig config, int maxNewTokens) {
    Batch.checkIds(request.prompt(), config);
    int free = config.contextLength() - request.prompt().length;
    if (free < 1) {
      throw new IllegalArgumentException(
          "a prompt of "
              + request.prompt().length
              + " tokens fills the model's "
              + config.contextLength()
              + " positions; shorten it");
    }
    this.index = index;
    this.request = request;
    this.limit = Math.min(maxNewTokens, free);
  }

  void append(int token, double logprob, double samplingLogprob) {
    if (count == tokens.length) {
      tokens = Arrays.copyOf(tokens, 2 * count);
      logprobs = Arrays.copyOf(logprobs, 2 * count);
      samplingLogprobs = Arrays.copyOf(samplingLogprobs, 2 * count);
    }
    tokens[count] = token;
    logprobs[count] = (float) logprob;
    samplingLogprobs[count] = (float) samplingLogprob;
    count++;
  }

  void stop() {
    stopped = true;
  }

  boolean ended() {
    return stopped || count == limit;
  }

  int index() {
    return index;
  }

  int[] prompt() {
    return request.prompt();
  }

  /** The tokens so far; a copy. */
  int[] tokens() {
    return Arrays.copyOf(tokens, count);
  }

  int count() {
    return count;
  }

  int remaining() {
    return limit - count;
  }

  /** Positions of the prompt and the longest completion. */
  int longest() {
    return request.prompt().length + limit;
  }

  int lastToken() {
    return tokens[count - 1];
  }

  /** The position of the last token. */
  int position() {
    return request.prompt().length + count - 1;
  }

  double draw(int position) {
    return RandomDraws.uniform(request.drawSeed(), position);
  }

  Generation generation() {
    return new Generation(
        tokens(), Arrays.copyOf(logprobs, count), Arrays.copyOf(samplingLogprobs, count), stopped);
  }
}
