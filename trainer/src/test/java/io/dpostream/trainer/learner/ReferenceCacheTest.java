package io.dpostream.trainer.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.policy.text.TokenSequence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReferenceCacheTest {
  private static final CacheKey ONE = key(1);
  private static final CacheKey TWO = key(2);
  @TempDir Path folder;

  private static CacheKey key(int id) {
    return CacheKey.of("reference", new TokenSequence(new int[] {id}, new int[] {4, 5}));
  }

  @Test
  void shouldGiveBackTheSameBitsAfterARestart() {
    float[] values = {-0.1f, Float.MIN_VALUE};
    try (ReferenceCache cache = ReferenceCache.openIn(folder)) {
      cache.put(ONE, values);
      assertThat(cache.get(ONE, 2)).contains(values);
    }
    try (ReferenceCache cache = ReferenceCache.openIn(folder)) {
      assertThat(cache.get(ONE, 2)).contains(values);
      assertThat(cache.get(ONE, 3)).isEmpty();
      assertThat(cache.get(TWO, 2)).isEmpty();
    }
  }

  @Test
  void shouldDropADamagedEntryAndGoOn() throws IOException {
    try (ReferenceCache cache = ReferenceCache.openIn(folder)) {
      cache.put(ONE, new float[] {1, 2});
      cache.put(TWO, new float[] {3, 4});
    }
    Path file = folder.resolve("reference-logps.0");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);
    try (ReferenceCache cache = ReferenceCache.openIn(folder)) {
      assertThat(cache.get(ONE, 2)).isPresent();
      assertThat(cache.get(TWO, 2)).isEmpty();
      cache.put(TWO, new float[] {5, 6});
    }
    try (ReferenceCache cache = ReferenceCache.openIn(folder)) {
      assertThat(cache.get(TWO, 2)).contains(new float[] {5, 6});
    }
  }

  @Test
  void shouldLeaveAFileAloneThatSomeoneElseHolds() {
    try (ReferenceCache first = ReferenceCache.openIn(folder);
        ReferenceCache second = ReferenceCache.openIn(folder)) {
      first.put(ONE, new float[] {1, 2});
      assertThat(second.get(ONE, 2)).isEmpty();
    }
    assertThat(folder.resolve("reference-logps.1")).exists();
  }
}
