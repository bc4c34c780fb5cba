package io.dpostream.policy.model;

import io.dpostream.policy.model.DecoderSlots.LayerSlot;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Assigns each packed tensor its place in the list that the writer program takes. */
final class WriterSlots {
  private WriterSlots() {}

  /** Tensors of the whole model, which come first. */
  enum ModelSlot {
    EMBEDDING,
    FINAL_NORM,
    HEAD,
    FREQUENCIES
  }

  /** Tensors of one layer. */
  enum PackedSlot {
    INPUT_NORM,
    QKV,
    QKV_BIAS,
    HEAD_NORMS,
    O,
    O_BIAS,
    POST_NORM,
    GATE_UP,
    DOWN
  }

  /** The names that the program's source uses, with their numbers. */
  static Map<String, Integer> constants() {
    Map<String, Integer> constants = new HashMap<>();
    List.of(LayerSlot.values()).forEach(slot -> constants.put(slot.name(), slot.ordinal()));
    List.of(ModelSlot.values())
        .forEach(slot -> constants.put("PACKED_" + slot.name(), slot.ordinal()));
    List.of(PackedSlot.values())
        .forEach(slot -> constants.put("PACKED_" + slot.name(), slot.ordinal()));
    constants.put("PACKED_FIRST", ModelSlot.values().length);
    constants.put("PACKED_SLOTS", PackedSlot.values().length);
    for (String module : Lora.MODULES) {
      String projection = module.substring(0, module.length() - "_proj".length());
      constants.put(
          projection.toUpperCase(Locale.ROOT) + "_ADAPTER", DecoderSlots.adapter(0, module));
    }
    return constants;
  }
}
