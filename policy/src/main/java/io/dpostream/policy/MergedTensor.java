package io.dpostream.policy;

import java.util.List;
import java.util.function.Consumer;

/** A tensor of a base's name and shape whose values are computed when streamed. */
record MergedTensor(NamedTensor base, Consumer<FloatSink> values) implements NamedTensor {
  @Override
  public String name() {
    return base.name();
  }

  @Override
  public List<Long> shape() {
    return base.shape();
  }

  @Override
  public void stream(FloatSink sink) {
    values.accept(sink);
  }
}
