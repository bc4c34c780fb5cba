package io.dpostream.policy.torch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.dpostream.policy.torch.TorchProgram.Gradients;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** Creates arrays on one device, fills them from files and streams them out. */
public final class Tensors {
  private static final long CHUNK_ELEMENTS = 1 << 24;

  private final NDManager owner;
  private final String device;
  private final TorchProgram program;

  /** Creates arrays that belong to the owner. */
  public Tensors(NDManager owner, String device) {
    this.owner = owner;
    this.device = device;
    this.program = TorchProgram.load(owner, "tensors");
  }

  /** Creates arrays on the same device for another owner. */
  public Tensors ownedBy(NDManager other) {
    return new Tensors(other, device);
  }

  /** Creates a vector of float64. */
  public NDArray create(double... values) {
    return program.tensor(owner, Gradients.OFF, "create", values, Dtype.F64.torchNumber(), device);
  }

  /**
   * Reads a tensor's values into memory.
   *
   * @throws IllegalArgumentException if one of them is infinite or not a number
   */
  public NDArray read(NamedTensor tensor, Dtype dtype) {
    long[] shape = tensor.shape().stream().mapToLong(Long::longValue).toArray();
    NDArray array =
        program.tensor(owner, Gradients.OFF, "empty", shape, dtype.torchNumber(), device);
    copy(tensor, array, piece -> requireFinite(tensor.name(), piece));
    return array;
  }

  /** A sum shows at once that all are finite; where it overflows, they are looked at one by one. */
  private static void requireFinite(String name, NDArray piece) {
    if (Float.isFinite(piece.sum().getFloat())) {
      return;
    }
    for (float value : piece.toFloatArray()) {
      if (!Float.isFinite(value)) {
        throw new IllegalArgumentException("tensor " + name + " holds the value " + value);
      }
    }
  }

  /**
   * Overwrites an array.
   *
   * @throws IllegalArgumentException if the shapes differ
   */
  public void copy(NamedTensor from, NDArray into) {
    copy(from, into, piece -> {});
  }

  private void copy(NamedTensor from, NDArray into, Consumer<NDArray> check) {
    if (!from.shape().equals(shape(into))) {
      throw new IllegalArgumentException(
          "tensor " + from.name() + " has shape " + from.shape() + ", not " + shape(into));
    }
    long[] start = {0};
    Staging staging = new Staging();
    from.stream(
        floats -> {
          int count = floats.remaining() / Float.BYTES;
          try (NDManager host = owner.newSubManager(Device.cpu())) {
            NDArray piece = host.create(staging.direct(floats), new Shape(count), DataType.FLOAT32);
            check.accept(piece);
            program.run(Gradients.OFF, "put", into, start[0], piece);
          }
          start[0] += count;
        });
  }

  /** One buffer outside the heap for all pieces of a tensor, which are copied one by one. */
  private static final class Staging {
    private ByteBuffer buffer = ByteBuffer.allocateDirect(0);

    ByteBuffer direct(ByteBuffer bytes) {
      if (buffer.capacity() < bytes.remaining()) {
        buffer = ByteBuffer.allocateDirect(bytes.remaining()).order(ByteOrder.nativeOrder());
      }
      return buffer.clear().put(bytes).flip().slice().order(ByteOrder.nativeOrder());
    }
  }

  /** Names an array, which is read when streamed. */
  public NamedTensor export(String name, NDArray array) {
    return new Live(name, array);
  }

  /** Makes arrays trainable, with zero gradients. */
  public void requireGrad(List<NDArray> arrays) {
    program.run(Gradients.RECORD, "require_grad", arrays);
  }

  public static List<Long> shape(NDArray array) {
    return Arrays.stream(array.getShape().getShape()).boxed().toList();
  }

  private final class Live implements NamedTensor {
    private final String name;
    private final NDArray array;

    Live(String name, NDArray array) {
      this.name = name;
      this.array = array;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public List<Long> shape() {
      return Tensors.shape(array);
    }

    @Override
    public void stream(FloatSink sink) {
      long size = array.size();
      for (long start = 0; start < size; start += CHUNK_ELEMENTS) {
        long end = Math.min(size, start + CHUNK_ELEMENTS);
        try (NDManager scope = owner.newSubManager()) {
          NDArray piece = program.tensor(scope, Gradients.OFF, "take", array, start, end);
          sink.accept(piece.toByteBuffer().order(ByteOrder.LITTLE_ENDIAN));
        }
      }
    }
  }
}
