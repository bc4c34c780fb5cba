package io.dpostream.judge.assembler;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Which pair ids have something to happen, and when. An index in memory over the pair store, made
 * again from it at a start; pairs and votes that were waiting then get a moment's grace, for their
 * votes may stand in the topics unread.
 */
final class Deadlines {
  private record Due(long time, String pairId) {}

  private static final Comparator<Due> ORDER =
      Comparator.comparingLong(Due::time).thenComparing(Due::pairId);

  private final long graceUntil;
  private final TreeSet<Due> open = new TreeSet<>(ORDER);
  private final TreeSet<Due> closed = new TreeSet<>(ORDER);

  /** An empty index; nothing that is open is due before the given time. */
  Deadlines(long graceUntil) {
    this.graceUntil = graceUntil;
  }

  void add(String pairId, PairState state) {
    index(state).add(due(pairId, state));
  }

  void remove(String pairId, PairState state) {
    index(state).remove(due(pairId, state));
  }

  /** Ids that are due, the earliest first. */
  List<String> due(long now) {
    List<String> ids = new ArrayList<>();
    for (TreeSet<Due> index : List.of(open, closed)) {
      for (Due due : index) {
        if (due.time > now) {
          break;
        }
        ids.add(due.pairId);
      }
    }
    return ids;
  }

  /** The closed pair that goes first when there are more than a number of them. */
  Optional<String> surplus(int maxClosed) {
    return closed.size() > maxClosed ? Optional.of(closed.first().pairId) : Optional.empty();
  }

  private TreeSet<Due> index(PairState state) {
    return state instanceof PairState.Closed ? closed : open;
  }

  private Due due(String pairId, PairState state) {
    boolean grace = !(state instanceof PairState.Closed);
    return new Due(grace ? Math.max(state.until(), graceUntil) : state.until(), pairId);
  }
}
