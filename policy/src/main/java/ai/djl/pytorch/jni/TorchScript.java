package ai.djl.pytorch.jni;

import ai.djl.pytorch.engine.PtSymbolBlock;

/**
 * Runs any method of a TorchScript module with any arguments. It stands in DJL's package because
 * the library handle and {@link IValue}'s constructor are package-private.
 */
public final class TorchScript {
  private TorchScript() {}

  /** Calls a method and closes the arguments. The caller closes the result. */
  public static IValue call(PtSymbolBlock module, String method, IValue... arguments) {
    try {
      long[] handles = new long[arguments.length];
      for (int i = 0; i < handles.length; i++) {
        handles[i] = arguments[i].getHandle();
      }
      // "Training" only keeps the call out of inference mode; gradient mode is the thread's.
      return new IValue(
          PyTorchLibrary.LIB.moduleRunMethod(module.getHandle(), method, handles, true, false));
    } finally {
      for (IValue argument : arguments) {
        argument.close();
      }
    }
  }
}
