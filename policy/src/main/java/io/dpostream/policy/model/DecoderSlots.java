package io.dpostream.policy.model;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Assigns each tensor its place in the lists that the decoder program takes. Java fills the lists
 * by these places, and they are substituted into the program's source when it is loaded.
 */
final class DecoderSlots {
  private DecoderSlots() {}

  /** Tensors of the whole model, which come first in the list of weights. */
  enum ModelSlot {
    EMBEDDING,
    FINAL_NORM,
    HEAD,
    ROTARY_FREQUENCIES;

    int place() {
      return ordinal();
    }
  }

  /** Tensors of one layer. */
  enum LayerSlot {
    INPUT_NORM,
    Q_WEIGHT,
    K_WEIGHT,
    V_WEIGHT,
    O_WEIGHT,
    POST_ATTENTION_NORM,
    GATE_WEIGHT,
    UP_WEIGHT,
    DOWN_WEIGHT,
    Q_BIAS,
    K_BIAS,
    V_BIAS,
    O_BIAS,
    Q_NORM,
    K_NORM;

    int place(int layer) {
      return weights(layer) + ordinal();
    }
  }

  /** Length of the list of weights for a number of layers. */
  static int weights(int layers) {
    return ModelSlot.values().length + LayerSlot.values().length * layers;
  }

  /** Length of the list of adapters for a number of layers. */
  static int adapters(int layers) {
    return 2 * Lora.MODULES.size() * layers;
  }

  /** Place of a projection's adapter A; B follows it. */
  static int adapter(int layer, String module) {
    int index = Lora.MODULES.indexOf(module);
    if (index < 0) {
      throw new IllegalArgumentException(module + " is none of " + Lora.MODULES);
    }
    return adapters(layer) + 2 * index;
  }

  /** The names that the program's source uses, with their numbers. */
  static Map<String, Integer> constants() {
    Map<String, Integer> constants = new HashMap<>();
    List.of(ModelSlot.values()).forEach(slot -> constants.put(slot.name(), slot.place()));
    List.of(LayerSlot.values()).forEach(slot -> constants.put(slot.name(), slot.ordinal()));
    constants.put("FIRST_LAYER", weights(0));
    constants.put("LAYER_SLOTS", LayerSlot.values().length);
    constants.put("ADAPTER_SLOTS", adapters(1));
    for (String module : Lora.MODULES) {
      String projection = module.substring(0, module.length() - "_proj".length());
      constants.put(projection.toUpperCase(Locale.ROOT) + "_ADAPTER", adapter(0, module));
    }
    return constants;
  }
}
