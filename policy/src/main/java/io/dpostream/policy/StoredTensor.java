package io.dpostream.policy;

import java.util.List;

/** A tensor of a checkpoint file. */
record StoredTensor(Safetensors file, String name) implements NamedTensor {

  /** The hash of those tensors of a file that make the model. */
  static String sha256(ModelConfig config, Safetensors file) {
    return PolicyHash.of(
        WeightLayout.of(config).names().stream()
            .map(name -> new StoredTensor(file, name))
            .toList());
  }

  @Override
  public List<Long> shape() {
    return file.shape(name);
  }

  @Override
  public void stream(FloatSink sink) {
    file.stream(name, sink);
  }
}
