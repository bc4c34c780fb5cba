package io.dpostream.policy.torch;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.pytorch.jni.TorchScript;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A TorchScript program: methods that take and return tensors, called like kernels.
 *
 * <p>Its source is a class path resource {@code torchscript/NAME.py}. Arguments are {@link NDArray}
 * for Tensor, a List of them for List[Tensor], Integer or Long for int, Double for float, Boolean,
 * String, {@code int[]} or {@code long[]} for List[int], {@code double[]} for List[float]. Results
 * belong to the manager that the caller passes.
 *
 * <p>A call records gradients only under {@link Gradients#RECORD}; the mode is set for every call,
 * because PyTorch keeps it per thread. Numbers are passed as lists, never as Java buffers: a tensor
 * over a buffer is freed with it while autograd still holds it.
 *
 * <p>A call throws {@link DeviceMemoryException} when memory runs out.
 *
 * <p>Thread-safe: threads may call one program at the same time. The program lives as long as the
 * manager that it was loaded into.
 */
public final class TorchProgram {

  /** Whether a call keeps what the backward pass needs. */
  public enum Gradients {
    OFF,
    RECORD
  }

  private final PtSymbolBlock module;

  private TorchProgram(PtSymbolBlock module) {
    this.module = module;
  }

  /** Loads {@code torchscript/NAME.py} for a class without attributes. */
  public static TorchProgram load(NDManager owner, String name) {
    return load(owner, name, Map.of(), Map.of());
  }

  /**
   * Loads a program.
   *
   * @param owner a manager of the PyTorch engine; closing it frees the program
   * @param name of the resource, without folder and suffix
   * @param attributes the class's annotated attributes: Boolean, Integer or Double
   * @param constants numbers for the source's names in capitals
   * @throws IllegalArgumentException if source and constants do not have the same names
   */
  public static TorchProgram load(
      NDManager owner, String name, Map<String, ?> attributes, Map<String, Integer> constants) {
    String source = ProgramSource.withConstants(ProgramSource.read(name), constants);
    byte[] archive = TorchArchive.write(source, attributes);
    try {
      return new TorchProgram(
          JniUtils.loadModule(
              (PtNDManager) owner, new ByteArrayInputStream(archive), false, false));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Calls a method that returns a Tensor. */
  public NDArray tensor(NDManager owner, Gradients gradients, String method, Object... arguments) {
    try (IValue result = call(gradients, method, arguments)) {
      return result.toTensor((PtNDManager) owner);
    }
  }

  /** Calls a method that returns a List[Tensor]. */
  public List<NDArray> tensors(
      NDManager owner, Gradients gradients, String method, Object... arguments) {
    try (IValue result = call(gradients, method, arguments)) {
      return List.of(result.toTensorArray((PtNDManager) owner));
    }
  }

  /** Calls a method that returns a float. */
  public double number(Gradients gradients, String method, Object... arguments) {
    try (IValue result = call(gradients, method, arguments)) {
      return result.toDouble();
    }
  }

  /** Calls a method that returns a bool, without gradients. */
  public boolean test(String method, Object... arguments) {
    try (IValue result = call(Gradients.OFF, method, arguments)) {
      return result.toBoolean();
    }
  }

  /** Calls a method that returns nothing. */
  public void run(Gradients gradients, String method, Object... arguments) {
    call(gradients, method, arguments).close();
  }

  private IValue call(Gradients gradients, String method, Object... arguments) {
    // The optimizing executor specializes each method for half a second and gains nothing here.
    JniUtils.setGraphExecutorOptimize(false);
    JniUtils.setGradMode(gradients == Gradients.RECORD);
    IValue[] values = new IValue[arguments.length];
    for (int i = 0; i < arguments.length; i++) {
      values[i] = value(method, arguments[i]);
    }
    try {
      return TorchScript.call(module, method, values);
    } catch (EngineException e) {
      throw DeviceMemoryException.of(e).<RuntimeException>map(found -> found).orElse(e);
    }
  }

  private static IValue value(String method, Object argument) {
    if (argument instanceof PtNDArray array) {
      return IValue.from(array);
    } else if (argument instanceof List<?> list) {
      return IValue.listFrom(list.toArray(PtNDArray[]::new));
    } else if (argument instanceof Integer number) {
      return IValue.from(number.longValue());
    } else if (argument instanceof Long number) {
      return IValue.from(number.longValue());
    } else if (argument instanceof Double number) {
      return IValue.from(number.doubleValue());
    } else if (argument instanceof Boolean flag) {
      return IValue.from(flag.booleanValue());
    } else if (argument instanceof String text) {
      return IValue.from(text);
    } else if (argument instanceof int[] numbers) {
      return IValue.listFrom(Arrays.stream(numbers).asLongStream().toArray());
    } else if (argument instanceof long[] numbers) {
      return IValue.listFrom(numbers);
    } else if (argument instanceof double[] numbers) {
      return IValue.listFrom(numbers);
    }
    throw new IllegalArgumentException(method + ": cannot pass a " + argument.getClass());
  }
}
