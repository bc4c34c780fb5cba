package io.dpostream.judge.assembler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.judge.assembler.PairState.Closed;
import io.dpostream.judge.assembler.PairState.Early;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.streams.KeyValue;
import org.junit.jupiter.api.Test;

class DeadlinesTest {
  @Test
  void shouldOrderWhatAStoreHoldsAsItWasClosed() {
    // a store goes by key
    Deadlines deadlines =
        new Deadlines(
            0,
            List.of(state("a", closed(30)), state("b", closed(10)), state("c", closed(20)))
                .iterator());

    assertThat(deadlines.surplus(2)).contains("b");
    assertThat(deadlines.due(20)).containsExactly("b", "c");
  }

  @Test
  void shouldGiveWhatIsOpenAGraceAfterAStart() {
    Deadlines deadlines = new Deadlines(100, List.of(state("a", early(10))).iterator());

    assertThat(deadlines.due(99)).isEmpty();
    assertThat(deadlines.due(100)).containsExactly("a");
  }

  @Test
  void shouldKnowAPairIdInItsNewestStateAlone() {
    Deadlines deadlines = new Deadlines(0, Collections.emptyIterator());

    deadlines.put("a", early(10));
    deadlines.put("a", closed(50));
    assertThat(deadlines.due(49)).isEmpty();
    assertThat(deadlines.due(50)).containsExactly("a");

    deadlines.remove("a");
    assertThat(deadlines.knows("a")).isFalse();
    assertThat(deadlines.due(50)).isEmpty();
  }

  private static KeyValue<String, PairState> state(String pairId, PairState state) {
    return KeyValue.pair(pairId, state);
  }

  private static PairState early(long until) {
    return new Early(until, List.of());
  }

  private static PairState closed(long until) {
    return new Closed(until, "hash", List.of(), Optional.empty());
  }
}
