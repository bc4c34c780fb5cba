package io.dpostream.policy.torch;

import java.util.Locale;

/** A precision that a model can be set to compute in. */
public enum Precision {
  FLOAT32,
  BFLOAT16;

  /** PyTorch's name of it. */
  String torchName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
