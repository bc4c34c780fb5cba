package io.dpostream.judge.assembler;

import io.dpostream.judge.Side;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.Judgment;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What the assembler remembers of one pair id. Immutable. */
sealed interface PairState {
  /** Wall-clock time, in milliseconds, at which something happens by itself. */
  long until();

  /** Votes whose pair has not come; kept as they were read. */
  record Early(long until, List<ConsumerRecord<byte[], byte[]>> votes) implements PairState {
    public Early {
      votes = List.copyOf(votes);
    }
  }

  /** A pair that waits for votes. */
  record Waiting(long until, CompletionPair pair, List<Judgment> votes) implements PairState {
    public Waiting {
      votes = List.copyOf(votes);
    }
  }

  /**
   * A pair that has its outcome.
   *
   * @param contentHash of the pair that was decided
   * @param judgmentIds of the votes that counted, so that repeats are recognized
   * @param correctable what a correction needs, while corrections are accepted
   */
  record Closed(
      long until, String contentHash, List<String> judgmentIds, Optional<Correctable> correctable)
      implements PairState {
    public Closed {
      judgmentIds = List.copyOf(judgmentIds);
    }
  }

  /**
   * A decided pair with what it was decided on.
   *
   * @param standing the side that the newest preference has chosen; empty when there is none
   * @param revision number of corrections made
   */
  record Correctable(
      CompletionPair pair, List<Judgment> votes, Optional<Side> standing, int revision) {
    public Correctable {
      votes = List.copyOf(votes);
    }
  }
}
