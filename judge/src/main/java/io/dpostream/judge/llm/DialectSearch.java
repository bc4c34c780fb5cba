package io.dpostream.judge.llm;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Looks for a {@link RequestDialect} in which an endpoint answers one question. Only an answer
 * proves that one is taken; a refusal may be about the question itself. Not thread-safe.
 */
final class DialectSearch {
  private final RequestDialect start;
  private final Set<RequestDialect> tried = new HashSet<>();
  private final Deque<RequestDialect> guesses = new ArrayDeque<>();
  private RequestDialect current;
  private Optional<EndpointException> first = Optional.empty();
  private Optional<EndpointException> guessedAfter = Optional.empty();

  DialectSearch(RequestDialect start) {
    this.start = start;
    this.current = start;
    tried.add(start);
  }

  /** The one to ask in now. */
  RequestDialect current() {
    return current;
  }

  /** The one that it began with. */
  RequestDialect start() {
    return start;
  }

  /** The refusal that made it leave the one that it began with. */
  Optional<EndpointException> first() {
    return first;
  }

  /**
   * Goes on to the dialect that a refusal asks for, or to the next guess. Where none is left it is
   * back at its start.
   *
   * @param guess whether one that the refusal does not ask for may be tried
   * @return the refusal that stands when none is left: those of guesses say less than the one
   *     before them
   */
  Optional<EndpointException> next(EndpointException refusal, boolean guess) {
    Optional<RequestDialect> next = refusal.instead().filter(tried::add);
    if (next.isEmpty() && guess && refusal.isUnclear()) {
      if (guessedAfter.isEmpty()) {
        guessedAfter = Optional.of(refusal);
        guesses.addAll(current.alternatives());
      }
      while (next.isEmpty() && !guesses.isEmpty()) {
        next = Optional.of(guesses.remove()).filter(tried::add);
      }
    }
    if (next.isPresent()) {
      first = first.or(() -> Optional.of(refusal));
      current = next.get();
      return Optional.empty();
    }
    boolean ofDialect = refusal.isUnclear() || refusal.instead().isPresent();
    if (ofDialect) {
      current = start;
      tried.clear();
      tried.add(start);
    }
    return Optional.of(ofDialect ? guessedAfter.orElse(refusal) : refusal);
  }
}
