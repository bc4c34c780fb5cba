package io.dpostream.trainer.loss;

import static java.util.Map.entry;

import io.dpostream.settings.Require;
import io.dpostream.trainer.loss.Objective.SftTerm;
import io.dpostream.trainer.loss.Objective.Weighted;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The losses by their identifiers, and the objective that a configuration asks for. */
public final class Losses {
  /** TRL's name for the token-mean negative log-likelihood of the chosen completions. */
  private static final String SFT = "sft";

  private record Entry(BiFunction<LossConfig, Divergence, Loss> make, Set<LossOption> options) {}

  private static final Map<String, Entry> BY_NAME =
      Map.ofEntries(
          margin("sigmoid", (c, d) -> new SigmoidLoss(c.beta(), c.labelSmoothing(), d), smoothed()),
          margin("sigmoid_norm", (c, d) -> new SigmoidNormLoss(c.beta(), d)),
          margin("hinge", (c, d) -> new HingeLoss(c.beta(), d)),
          margin("ipo", (c, d) -> new IpoLoss(c.beta(), d)),
          margin("robust", (c, d) -> new RobustLoss(c.beta(), c.labelSmoothing(), d), smoothed()),
          margin(
              "exo_pair", (c, d) -> new ExoPairLoss(c.beta(), c.labelSmoothing(), d), smoothed()),
          margin(
              "discopop",
              (c, d) -> new DiscoPopLoss(c.beta(), c.discopopTau(), d),
              LossOption.DISCOPOP_TAU),
          loss("nca_pair", c -> new NcaPairLoss(c.beta())),
          loss("bco_pair", c -> new BcoPairLoss(c.beta())),
          loss("sppo_hard", c -> new SppoHardLoss(c.beta())),
          loss("apo_zero", c -> new ApoZeroLoss(c.beta())),
          loss("apo_down", c -> new ApoDownLoss(c.beta())),
          loss("aot", c -> new AotLoss(c.beta(), c.labelSmoothing()), smoothed()),
          loss("aot_unpaired", c -> new AotUnpairedLoss(c.beta(), c.labelSmoothing()), smoothed()),
          loss("simpo", c -> new SimPoLoss(c.beta(), c.simpoGamma()), LossOption.SIMPO_GAMMA),
          loss(
              "dpop",
              c -> new DpopLoss(c.beta(), c.labelSmoothing(), c.dpopLambda()),
              smoothed(),
              LossOption.DPOP_LAMBDA),
          loss(
              "length_reg",
              c -> new LengthRegLoss(c.beta(), c.labelSmoothing(), c.lengthAlpha()),
              smoothed(),
              LossOption.LENGTH_ALPHA),
          loss(
              "odpo",
              c -> new OdpoLoss(c.beta(), c.labelSmoothing(), c.odpoAlpha()),
              smoothed(),
              LossOption.ODPO_ALPHA),
          loss(
              "madpo",
              c -> new MadpoLoss(c.beta(), c.madpoTau(), c.madpoLambda(), c.madpoCMax()),
              LossOption.MADPO_TAU,
              LossOption.MADPO_LAMBDA,
              LossOption.MADPO_CMAX),
          loss("rpo_sq", c -> new RpoSqLoss(c.beta(), c.rpoScale()), LossOption.RPO_SCALE),
          loss("soft", c -> new SoftLoss(c.beta())),
          loss("chi_po", c -> new ChiPoLoss(c.beta(), c.labelSmoothing()), smoothed()),
          loss("plackett_luce", c -> new PlackettLuceLoss(c.beta())));

  private Losses() {}

  /** Every identifier that {@code loss_type} takes, sorted. */
  public static Set<String> names() {
    Set<String> names = new TreeSet<>(BY_NAME.keySet());
    names.add(SFT);
    return names;
  }

  /**
   * Refuses a configuration that has no objective.
   *
   * @throws io.dpostream.settings.InvalidSettingException as {@link #objective}
   */
  public static void check(LossConfig config) {
    objective(config);
  }

  /** Whether ε has an effect: a measured one may then be set in place of the configured one. */
  public static boolean usesLabelSmoothing(LossConfig config) {
    return entries(config).stream().anyMatch(e -> e.options().contains(smoothed()));
  }

  /** The losses that use an option, by its key; none when no loss has such an option. */
  public static Set<String> using(String key) {
    return LossOption.of(key).map(Losses::using).orElse(new TreeSet<>());
  }

  /** The losses that use an option, sorted. */
  static Set<String> using(LossOption option) {
    return BY_NAME.entrySet().stream()
        .filter(e -> e.getValue().options().contains(option))
        .map(Map.Entry::getKey)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * The objective of a configuration.
   *
   * @throws io.dpostream.settings.InvalidSettingException with one line that names the option, its
   *     value and the fix: an unknown loss, a value out of range, or an option that no chosen loss
   *     uses
   */
  public static Objective objective(LossConfig config) {
    List<Entry> entries = entries(config);
    LossOption.check(config, entries.stream().map(Entry::options).toList());
    Divergence divergence = divergence(config);
    List<Weighted> losses = new ArrayList<>();
    double tokenMean = 0;
    int next = 0;
    for (int i = 0; i < config.lossType().size(); i++) {
      double weight = config.lossWeights().isEmpty() ? 1 : config.lossWeights().get(i);
      if (config.lossType().get(i).equals(SFT)) {
        tokenMean += weight;
      } else {
        losses.add(new Weighted(entries.get(next++).make().apply(config, divergence), weight));
      }
    }
    return new Objective(
        losses,
        config.beta(),
        config.ldAlpha().map(OptionalDouble::of).orElseGet(OptionalDouble::empty),
        config.useWeighting()
            ? Optional.of(new Weighting(config.weightingClamp()))
            : Optional.empty(),
        new SftTerm(tokenMean, config.sftWeight()));
  }

  /** The preference losses of a configuration in its order; {@code sft} is a term, not a loss. */
  private static List<Entry> entries(LossConfig config) {
    List<Entry> entries = new ArrayList<>();
    for (String name : config.lossType()) {
      Entry entry = BY_NAME.get(name);
      if (entry != null) {
        entries.add(entry);
      } else if (!name.equals(SFT)) {
        throw Require.refusal("loss_type", name, "is not one of " + String.join(", ", names()));
      }
    }
    return entries;
  }

  private static Divergence divergence(LossConfig config) {
    return switch (config.fDivergenceType()) {
      case REVERSE_KL -> new Divergence.ReverseKl();
      case FORWARD_KL -> new Divergence.ForwardKl();
      case JS_DIVERGENCE -> new Divergence.JensenShannon();
      case ALPHA_DIVERGENCE -> new Divergence.Alpha(config.fAlphaDivergenceCoef());
    };
  }

  private static LossOption smoothed() {
    return LossOption.LABEL_SMOOTHING;
  }

  private static Map.Entry<String, Entry> margin(
      String name, BiFunction<LossConfig, Divergence, Loss> make, LossOption... options) {
    Set<LossOption> all = EnumSet.of(LossOption.F_DIVERGENCE_TYPE, options);
    all.add(LossOption.USE_WEIGHTING);
    return entry(name, new Entry(make, all));
  }

  private static Map.Entry<String, Entry> loss(
      String name, Function<LossConfig, Loss> make, LossOption... options) {
    Set<LossOption> all = EnumSet.noneOf(LossOption.class);
    all.addAll(List.of(options));
    if (!Set.of("aot", "aot_unpaired", "plackett_luce").contains(name)) {
      all.add(LossOption.USE_WEIGHTING);
    }
    return entry(name, new Entry((c, d) -> make.apply(c), all));
  }
}
