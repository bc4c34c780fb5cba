package io.dpostream.sampler.versions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.sampler.FakePolicy;
import org.junit.jupiter.api.Test;

class PolicySlotTest {
  private final FakePolicy zero = new FakePolicy("0");
  private final FakePolicy one = new FakePolicy("1");
  private final FakePolicy two = new FakePolicy("2");
  private final PolicySlot slot = new PolicySlot();

  @Test
  void shouldKeepTheOldPolicyOpenUntilTheNextBatchBegins() {
    slot.offer(new ServedPolicy(0, zero));
    assertThat(slot.take()).contains(new ServedPolicy(0, zero));

    slot.offer(new ServedPolicy(1, one));
    assertThat(zero.isClosed()).isFalse();
    assertThat(slot.version()).contains(1L);

    assertThat(slot.take()).contains(new ServedPolicy(1, one));
    assertThat(zero.isClosed()).isFalse(); // whoever samples does not wait for that
    slot.closeFormer();
    assertThat(zero.isClosed()).isTrue();
    assertThat(one.isClosed()).isFalse();
  }

  @Test
  void shouldNeverHoldThreePolicies() {
    slot.offer(new ServedPolicy(0, zero));
    slot.take();
    slot.offer(new ServedPolicy(1, one));

    slot.makeRoom(); // what the loader calls before it loads version 2
    assertThat(one.isClosed()).isTrue();
    slot.offer(new ServedPolicy(2, two));
    assertThat(slot.take()).contains(new ServedPolicy(2, two));
  }

  @Test
  void shouldFreeTheFormerPolicyBeforeAThirdIsLoaded() {
    slot.offer(new ServedPolicy(0, zero));
    slot.take();
    slot.offer(new ServedPolicy(1, one));
    slot.take();

    assertThatThrownBy(() -> slot.offer(new ServedPolicy(2, two)))
        .isInstanceOf(IllegalStateException.class);
    slot.makeRoom();
    assertThat(zero.isClosed()).isTrue();
    slot.offer(new ServedPolicy(2, two));
  }

  @Test
  void shouldCloseEverythingAtTheEnd() {
    slot.offer(new ServedPolicy(0, zero));
    slot.take();
    slot.offer(new ServedPolicy(1, one));
    slot.close();
    assertThat(zero.isClosed()).isTrue();
    assertThat(one.isClosed()).isTrue();
    assertThat(slot.take()).isEmpty();
  }
}
