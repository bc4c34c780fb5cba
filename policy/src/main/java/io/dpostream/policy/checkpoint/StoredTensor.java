package io.dpostream.policy.checkpoint;

import io.dpostream.policy.torch.NamedTensor;
import java.util.List;

/** A tensor of a checkpoint file. */
public record StoredTensor(Safetensors file, String name) implements NamedTensor {

  @Override
  public List<Long> shape() {
    return file.shape(name);
  }

  @Override
  public void stream(FloatSink sink) {
    file.stream(name, sink);
  }
}
