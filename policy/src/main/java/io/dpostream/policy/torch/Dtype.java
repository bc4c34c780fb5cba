package io.dpostream.policy.torch;

/** The dtypes that tensors are stored or computed in, with PyTorch's number for each. */
public enum Dtype {
  F16("float16", 5, 2),
  F32("float32", 6, 4),
  F64("float64", 7, 8),
  BF16("bfloat16", 15, 2);

  private final String torchName;
  private final int torchNumber;
  private final int bytes;

  Dtype(String torchName, int torchNumber, int bytes) {
    this.torchName = torchName;
    this.torchNumber = torchNumber;
    this.bytes = bytes;
  }

  public static Dtype named(String torchName) {
    for (Dtype dtype : values()) {
      if (dtype.torchName.equals(torchName)) {
        return dtype;
      }
    }
    throw new IllegalArgumentException("dtype: '" + torchName + "' is not known");
  }

  public int torchNumber() {
    return torchNumber;
  }

  public int bytes() {
    return bytes;
  }
}
