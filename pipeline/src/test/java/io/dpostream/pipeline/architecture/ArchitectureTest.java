package io.dpostream.pipeline.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.NullMarked;

/** Who may see whom. */
@AnalyzeClasses(packages = "io.dpostream", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String KAFKA = "org.apache.kafka..";
  private static final String TENSORS = "ai.djl..";

  /** Every module, and the ones of ours that it may see. */
  private static final Map<String, Set<String>> SEES =
      Map.ofEntries(
          Map.entry("settings", Set.of()),
          Map.entry("schemas", Set.of()),
          Map.entry("files", Set.of("settings")),
          Map.entry("policy", Set.of()),
          Map.entry("web", Set.of()),
          Map.entry("kafka", Set.of("settings", "schemas")),
          Map.entry("broker", Set.of("settings", "schemas", "kafka", "web")),
          Map.entry("storage", Set.of("settings", "policy")),
          Map.entry("testing", Set.of("kafka", "broker")),
          Map.entry(
              "sampler", Set.of("settings", "schemas", "files", "kafka", "policy", "storage")),
          Map.entry("judge", Set.of("settings", "schemas", "kafka", "policy", "web")),
          Map.entry("trainer", Set.of("settings", "schemas", "kafka", "policy", "storage")),
          Map.entry("tinymodel", Set.of("policy")),
          Map.entry(
              "pipeline",
              Set.of(
                  "settings",
                  "schemas",
                  "files",
                  "policy",
                  "storage",
                  "kafka",
                  "web",
                  "broker",
                  "sampler",
                  "judge",
                  "trainer")));

  @ArchTest
  static void shouldSeeOnlyTheModulesBelow(JavaClasses classes) {
    SEES.keySet().forEach(module -> unseen(module).ifPresent(rule -> rule.check(classes)));
  }

  @ArchTest
  static final ArchRule ONLY_THE_REWARD_MODEL_JUDGE_SEES_POLICY =
      noClasses()
          .that()
          .resideInAPackage("io.dpostream.judge..")
          .and()
          .resideOutsideOfPackage("io.dpostream.judge.rewardmodel..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.dpostream.policy..");

  @ArchTest
  static final ArchRule POLICY_IS_FREE_OF_KAFKA =
      noClasses()
          .that()
          .resideInAPackage("io.dpostream.policy..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(KAFKA);

  @ArchTest
  static final ArchRule PARQUET_STAYS_INSIDE_FILES =
      noClasses()
          .that()
          .resideInAPackage("io.dpostream..")
          .and()
          .resideOutsideOfPackage("io.dpostream.files..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.parquet..", "org.apache.hadoop..");

  @ArchTest
  static final ArchRule S3_STAYS_INSIDE_STORAGE =
      noClasses()
          .that()
          .resideInAPackage("io.dpostream..")
          .and()
          .resideOutsideOfPackage("io.dpostream.storage..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("software.amazon..");

  @ArchTest
  static final ArchRule TENSORS_STAY_INSIDE_POLICY =
      noClasses()
          .that()
          .resideInAPackage("io.dpostream..")
          .and()
          .resideOutsideOfPackage("io.dpostream.policy..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(TENSORS);

  /** From the tensors up to the model; each sees those named before it. */
  @ArchTest
  static final ArchRule POLICY_IS_BUILT_FROM_TENSORS_UP =
      layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage("io.dpostream.policy..")
          .layer("torch")
          .definedBy("io.dpostream.policy.torch..")
          .layer("checkpoint")
          .definedBy("io.dpostream.policy.checkpoint..")
          .layer("text")
          .definedBy("io.dpostream.policy.text..")
          .layer("model")
          .definedBy("io.dpostream.policy.model..")
          .whereLayer("torch")
          .mayNotAccessAnyLayer()
          .whereLayer("checkpoint")
          .mayOnlyAccessLayers("torch")
          .whereLayer("text")
          .mayOnlyAccessLayers("checkpoint");

  @ArchTest
  static final ArchRule LOSSES_ARE_PLAIN_JAVA =
      noClasses()
          .that()
          .resideInAPackage("io.dpostream.trainer.loss..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              KAFKA,
              TENSORS,
              "io.dpostream.kafka..",
              "io.dpostream.policy..",
              "io.dpostream.schemas..");

  @ArchTest
  static final ArchRule LEARNER_IS_FREE_OF_KAFKA =
      noClasses()
          .that()
          .resideInAPackage("io.dpostream.trainer.learner..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(KAFKA);

  @ArchTest
  static final ArchRule JUDGES_ARE_FREE_OF_KAFKA =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.dpostream.judge.rule..",
              "io.dpostream.judge.llm..",
              "io.dpostream.judge.human..",
              "io.dpostream.judge.rewardmodel..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(KAFKA);

  @ArchTest
  static final ArchRule WHAT_IS_REPLAYED_HAS_NO_CLOCK_AND_NO_DICE =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.dpostream.policy..",
              "io.dpostream.trainer.loss..",
              "io.dpostream.trainer.learner..",
              "io.dpostream.trainer.fold..")
          .and()
          .doNotHaveSimpleName("AtomicFolder") // names a folder that is renamed when complete
          .should()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(Clock.class, "systemUTC")
          .orShould()
          .callMethod(Math.class, "random")
          .orShould()
          .callMethod(UUID.class, "randomUUID");

  @ArchTest
  static final ArchRule MODULES_HAVE_NO_CYCLES =
      slices().matching("io.dpostream.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule EVERY_PACKAGE_IS_NULL_MARKED = classes().should(beInANullMarkedPackage());

  @ArchTest
  static void shouldHaveSeenEveryModule(JavaClasses classes) {
    for (String module : SEES.keySet()) {
      if (classes.stream()
          .noneMatch(c -> c.getPackageName().startsWith("io.dpostream." + module))) {
        throw new AssertionError("no class of " + module + " on the class path");
      }
    }
  }

  private static Optional<ArchRule> unseen(String module) {
    String[] packages =
        SEES.keySet().stream()
            .filter(other -> !other.equals(module) && !seen(module).contains(other))
            .map(other -> "io.dpostream." + other + "..")
            .toArray(String[]::new);
    return packages.length == 0
        ? Optional.empty()
        : Optional.of(
            noClasses()
                .that()
                .resideInAPackage("io.dpostream." + module + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages));
  }

  private static Set<String> seen(String module) {
    return SEES.getOrDefault(module, Set.of());
  }

  private static ArchCondition<JavaClass> beInANullMarkedPackage() {
    return new ArchCondition<>("be in a package whose package-info is @NullMarked") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        boolean marked =
            type.getPackage()
                .tryGetPackageInfo()
                .map(info -> info.isAnnotatedWith(NullMarked.class))
                .orElse(false);
        if (!marked) {
          events.add(SimpleConditionEvent.violated(type, type.getPackageName() + " is not marked"));
        }
      }
    };
  }
}
