package io.dpostream.judge.assembler;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.kafka.streams.KeyValue;

/**
 * Which pair ids there are, and when something happens to them by itself. An index in memory over
 * the pair store, made again from it at a start; pairs and votes that were waiting then get a
 * moment's grace, for their votes may stand in the topics unread.
 */
final class Deadlines {
  private record Due(long time, String pairId) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      int byTime = Long.compare(time, other.time);
      return byTime != 0 ? byTime : pairId.compareTo(other.pairId);
    }
  }

  private final long graceUntil;
  private final Map<String, Due> open = new HashMap<>();
  private final TreeSet<Due> openByTime = new TreeSet<>();

  /** Closed pairs in the order in which they were closed, which is that of their times. */
  private final Map<String, Long> closed = new LinkedHashMap<>();

  /**
   * An index over the states of a store.
   *
   * @param graceUntil nothing that is open is due before this time
   */
  Deadlines(long graceUntil, Iterator<KeyValue<String, PairState>> states) {
    this.graceUntil = graceUntil;
    List<Due> closedOnes = new ArrayList<>();
    while (states.hasNext()) {
      KeyValue<String, PairState> state = states.next();
      if (state.value instanceof PairState.Closed closedOne) {
        closedOnes.add(new Due(closedOne.until(), state.key));
      } else {
        put(state.key, state.value);
      }
    }
    closedOnes.sort(Comparator.naturalOrder());
    closedOnes.forEach(due -> closed.put(due.pairId, due.time));
  }

  /** The pair id has this state from now on. */
  void put(String pairId, PairState state) {
    removeOpen(pairId);
    if (state instanceof PairState.Closed) {
      closed.put(pairId, state.until());
    } else {
      Due due = new Due(Math.max(state.until(), graceUntil), pairId);
      open.put(pairId, due);
      openByTime.add(due);
    }
  }

  /** The pair id has no state any more. */
  void remove(String pairId) {
    removeOpen(pairId);
    closed.remove(pairId);
  }

  /** Whether the store holds a state of the pair id. */
  boolean knows(String pairId) {
    return closed.containsKey(pairId) || open.containsKey(pairId);
  }

  /** Ids that are due, the earliest first. */
  List<String> due(long now) {
    List<String> ids = new ArrayList<>();
    for (Due due : openByTime) {
      if (due.time > now) {
        break;
      }
      ids.add(due.pairId);
    }
    for (Map.Entry<String, Long> due : closed.entrySet()) {
      if (due.getValue() > now) {
        break;
      }
      ids.add(due.getKey());
    }
    return ids;
  }

  /** The closed pair that goes first when there are more than a number of them. */
  Optional<String> surplus(int maxClosed) {
    return closed.size() > maxClosed
        ? Optional.of(closed.keySet().iterator().next())
        : Optional.empty();
  }

  /** The open one that is due next when there are more than a number of them. */
  Optional<String> crowdedOut(int maxOpen) {
    return open.size() > maxOpen ? Optional.of(openByTime.first().pairId) : Optional.empty();
  }

  private void removeOpen(String pairId) {
    Due due = open.remove(pairId);
    if (due != null) {
      openByTime.remove(due);
    }
  }
}
