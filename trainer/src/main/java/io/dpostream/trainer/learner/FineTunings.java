package io.dpostream.trainer.learner;

import io.dpostream.policy.model.AdapterFolder;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.FineTuning;
import io.dpostream.policy.model.Lora;
import io.dpostream.policy.model.LoraTargets;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.LoraConfig;
import io.dpostream.trainer.TrainerConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Selects what is trained of a model: all weights, new adapters, or those that it comes with. */
final class FineTunings {
  private FineTunings() {}

  /**
   * Reads the configuration for a model.
   *
   * @throws UserException if the adapters asked for do not fit the model, or are not those that it
   *     comes with
   */
  static FineTuning of(TrainerConfig config, CheckpointFolder model) {
    Optional<Lora> lora =
        config.lora().isOn() ? Optional.of(lora(config, model)) : Optional.empty();
    return new FineTuning(lora, config.gradientCheckpointing());
  }

  private static Lora lora(TrainerConfig config, CheckpointFolder model) {
    LoraConfig asked = config.lora();
    LoraTargets targets = new LoraTargets(asked.loraTargetModules());
    List<String> modules = modules(targets, model);
    model.adapter().ifPresent(adapter -> requireSame(asked, modules, adapter));
    return new Lora(
        asked.loraR(),
        asked.loraAlpha(),
        model.adapter().map(AdapterFolder::rankStabilized).orElse(false),
        asked.loraDropout(),
        targets,
        config.seed());
  }

  private static List<String> modules(LoraTargets targets, CheckpointFolder model) {
    try {
      return targets.modules(model.config());
    } catch (IllegalArgumentException e) {
      throw new UserException("trainer.lora_target_modules: " + e.getMessage(), e);
    }
  }

  private static void requireSame(LoraConfig asked, List<String> modules, AdapterFolder adapter) {
    requireSame("lora_r", asked.loraR(), adapter.rank(), adapter.path());
    requireSame("lora_alpha", asked.loraAlpha(), adapter.alpha(), adapter.path());
    List<String> missing = difference(modules, adapter.modules());
    List<String> more = difference(adapter.modules(), modules);
    if (!missing.isEmpty() || !more.isEmpty()) {
      throw new UserException(
          "trainer.lora_target_modules: the adapters in %s %s; name the modules that they are on"
              .formatted(
                  adapter.path(),
                  missing.isEmpty()
                      ? "are also on " + shown(more)
                      : "are not on " + shown(missing)));
    }
  }

  private static void requireSame(String key, Number asked, Number found, Path adapter) {
    if (asked.doubleValue() != found.doubleValue()) {
      throw new UserException(
          "trainer.%s: %s, but the adapters in %s have %s; set it to that"
              .formatted(key, asked, adapter, found));
    }
  }

  private static List<String> difference(Iterable<String> some, Iterable<String> others) {
    TreeSet<String> left = new TreeSet<>();
    some.forEach(left::add);
    others.forEach(left::remove);
    return new ArrayList<>(left);
  }

  private static String shown(List<String> modules) {
    return modules.get(0)
        + (modules.size() > 1 ? " and %d more".formatted(modules.size() - 1) : "");
  }
}
