package io.dpostream.tinymodel.corpus;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A corpus: facts to learn, demonstrations of answers, questions to collect preferences on, and
 * held-out questions to measure by. A held-out question is in none of the other parts, but its fact
 * is there in other words, so a model can know it.
 *
 * @param facts every question but the held-out ones, with its right answer, once brief and once
 *     wordy
 * @param demonstrations the same questions, each answered several times: well, wordily or wrongly
 * @param preference the same questions, to sample completions for
 * @param heldOut questions to measure by
 */
public record Corpus(
    List<Demonstration> facts,
    List<Demonstration> demonstrations,
    List<Question> preference,
    List<Question> heldOut) {
  public Corpus {
    facts = List.copyOf(facts);
    demonstrations = List.copyOf(demonstrations);
    preference = List.copyOf(preference);
    heldOut = List.copyOf(heldOut);
  }

  /** Generates a corpus, which is a function of the options. */
  public static Corpus generate(CorpusOptions options) {
    return new Generator(options).generate();
  }

  private static final class Generator {
    private final CorpusOptions options;
    private final Random random;

    /** Draws for the demonstrations alone, so that their shares change nothing else. */
    private final Random habits;

    private final List<Demonstration> facts = new ArrayList<>();
    private final List<Demonstration> demonstrations = new ArrayList<>();
    private final List<Question> preference = new ArrayList<>();
    private final List<Question> heldOut = new ArrayList<>();

    Generator(CorpusOptions options) {
      this.options = options;
      this.random = new Random(options.seed());
      this.habits = new Random(~options.seed());
    }

    Corpus generate() {
      bySubject().values().forEach(this::split);
      Collections.shuffle(facts, random);
      Collections.shuffle(demonstrations, habits);
      Collections.shuffle(preference, random);
      Collections.shuffle(heldOut, random);
      return new Corpus(facts, demonstrations, preference, heldOut);
    }

    /** Splits countries and capitals as one subject, since they give each other away. */
    private static Map<String, List<Fact>> bySubject() {
      Map<String, List<Fact>> facts = new LinkedHashMap<>();
      Stream.of(Arithmetic.facts(), Capitals.facts(), Words.facts(), Lists.facts())
          .flatMap(subject -> subject)
          .filter(fact -> !Answers.isGivenAway(fact.answer()))
          .forEach(
              fact -> {
                String subject = fact.subject().equals("countries") ? "capitals" : fact.subject();
                facts.computeIfAbsent(subject, s -> new ArrayList<>()).add(fact);
              });
      return facts;
    }

    private void split(List<Fact> facts) {
      Set<String> distinct = new LinkedHashSet<>();
      facts.forEach(fact -> distinct.add(fact.group()));
      List<String> groups = new ArrayList<>(distinct);
      Collections.shuffle(groups, random);
      int held = (int) Math.round(options.heldOut() * groups.size());
      Set<String> heldGroups = new HashSet<>(groups.subList(0, held));
      for (Fact fact : facts) {
        if (heldGroups.contains(fact.group())) {
          holdOut(fact);
        } else {
          for (int i = 0; i < fact.questions().size(); i++) {
            use(fact, i);
          }
        }
      }
    }

    /** Holds one of a fact's questions out of everything. */
    private void holdOut(Fact fact) {
      int hidden = random.nextInt(fact.questions().size());
      heldOut.add(question("held-out", heldOut.size(), fact, hidden));
      for (int i = 0; i < fact.questions().size(); i++) {
        if (i != hidden) {
          use(fact, i);
        }
      }
    }

    private void use(Fact fact, int i) {
      preference.add(question("preference", preference.size(), fact, i));
      demonstrate(fact, i);
    }

    private static Question question(String use, int number, Fact fact, int i) {
      String id = "%s-%04d".formatted(use, number);
      return new Question(id, fact.subject(), fact.questions().get(i), fact.answer());
    }

    private void demonstrate(Fact fact, int i) {
      String question = fact.questions().get(i);
      facts.add(new Demonstration(question, Answers.brief(fact.answer())));
      facts.add(new Demonstration(question, Answers.wordy(fact.answer(), random)));
      for (int k = 0; k < options.demonstrations(); k++) {
        boolean correct = habits.nextDouble() < options.correct();
        String answer =
            correct
                ? fact.answer()
                : fact.wrongAnswers().get(habits.nextInt(fact.wrongAnswers().size()));
        boolean wordy = habits.nextDouble() < options.wordy();
        String completion = wordy ? Answers.wordy(answer, habits) : Answers.brief(answer);
        demonstrations.add(new Demonstration(question, completion));
      }
    }
  }
}
