package io.dpostream.policy.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Names the linear layers that adapters stand beside, in PEFT's ways: by the last parts of a name,
 * such as {@code q_proj} or {@code 0.mlp.up_proj}; by a regular expression that matches full names,
 * such as {@code .*layers\.[0-3]\.mlp\..*}; or all of the decoder's by {@code all-linear}.
 *
 * @param named names and patterns; when empty, queries and values, PEFT's default for these
 *     architectures
 */
public record LoraTargets(List<String> named) {
  private static final Pattern PLAIN = Pattern.compile("[\\w.-]+");
  private static final List<String> DEFAULT = List.of("q_proj", "v_proj");
  private static final String WEIGHT = ".weight";

  /** Modules that a name may well mean and that take no adapter, with the reason. */
  private enum Refused {
    LM_HEAD("lm_head", "log-probabilities are computed from its weight alone"),
    EMBED_TOKENS("model.embed_tokens", "it is no linear layer");

    private final String module;
    private final String reason;

    Refused(String module, String reason) {
      this.module = module;
      this.reason = reason;
    }
  }

  /**
   * Checks what can be known without a model.
   *
   * @throws IllegalArgumentException if {@link #problem} finds one
   */
  public LoraTargets {
    named = named.isEmpty() ? DEFAULT : List.copyOf(named);
    for (String name : named) {
      problem(name)
          .ifPresent(
              problem -> {
                throw new IllegalArgumentException("'" + name + "' " + problem);
              });
    }
  }

  /**
   * Finds what is wrong with a name or pattern whatever the model; the text continues a sentence
   * that begins with it.
   */
  public static Optional<String> problem(String name) {
    if (!PLAIN.matcher(name).matches()) {
      return problemOfPattern(name);
    }
    for (Refused refused : Refused.values()) {
      if (isSuffix(name, refused.module)) {
        return Optional.of("takes no adapter, " + refused.reason + "; name projections of layers");
      }
    }
    String last = name.substring(name.lastIndexOf('.') + 1);
    return name.equals(Lora.ALL_LINEAR) || Lora.MODULES.contains(last)
        ? Optional.empty()
        : Optional.of(
            "is not one of "
                + String.join(", ", Lora.MODULES)
                + ", a longer name that ends in one, a pattern of full names, or "
                + Lora.ALL_LINEAR);
  }

  private static Optional<String> problemOfPattern(String pattern) {
    try {
      Pattern compiled = Pattern.compile(pattern);
      for (Refused refused : Refused.values()) {
        if (compiled.matcher(refused.module).matches()) {
          return Optional.of(
              "matches %s, which takes no adapter, %s; take %s or a pattern of layers alone"
                  .formatted(refused.module, refused.reason, Lora.ALL_LINEAR));
        }
      }
      return Optional.empty();
    } catch (PatternSyntaxException e) {
      return Optional.of("is neither a name nor a regular expression: " + e.getDescription());
    }
  }

  /**
   * The full names of the modules meant, such as {@code model.layers.0.self_attn.q_proj}, in the
   * order in which a layer's adapters are drawn.
   *
   * @throws IllegalArgumentException if a name or pattern means nothing in this model
   */
  public List<String> modules(ModelConfig config) {
    List<String> all = all(config);
    TreeSet<Integer> meant = new TreeSet<>();
    for (String name : named) {
      boolean found = false;
      for (int i = 0; i < all.size(); i++) {
        if (means(name, all.get(i))) {
          meant.add(i);
          found = true;
        }
      }
      if (!found) {
        throw new IllegalArgumentException(
            "'%s' matches nothing; there are %s and so on to layer %d"
                .formatted(
                    name,
                    String.join(", ", all.subList(0, Lora.MODULES.size())),
                    config.numHiddenLayers() - 1));
      }
    }
    return meant.stream().map(all::get).toList();
  }

  /** Every projection of a model, layer by layer. */
  static List<String> all(ModelConfig config) {
    WeightLayout layout = WeightLayout.of(config);
    List<String> all = new ArrayList<>();
    for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
      for (String module : Lora.MODULES) {
        String weight = layout.projection(layer, module);
        all.add(weight.substring(0, weight.length() - WEIGHT.length()));
      }
    }
    return all;
  }

  private static boolean means(String name, String module) {
    if (name.equals(Lora.ALL_LINEAR)) {
      return true;
    }
    return PLAIN.matcher(name).matches()
        ? isSuffix(name, module)
        : Pattern.compile(name).matcher(module).matches();
  }

  private static boolean isSuffix(String name, String module) {
    return module.equals(name) || module.endsWith("." + name);
  }
}
