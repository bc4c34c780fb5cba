package io.dpostream.pipeline.metrics;

import io.dpostream.judge.assembler.AssemblerListener;
import io.dpostream.judge.service.JudgeListener;
import io.dpostream.sampler.SamplerListener;
import io.dpostream.trainer.service.TrainerListener;

/** The listeners to what the services of a process do. */
public record Listeners(
    SamplerListener sampler,
    JudgeListener judge,
    AssemblerListener assembler,
    TrainerListener trainer) {

  /** Listeners that ignore everything. */
  public static Listeners none() {
    return new Listeners(
        SamplerListener.none(),
        JudgeListener.NONE,
        AssemblerListener.NONE,
        new TrainerListener() {});
  }
}
