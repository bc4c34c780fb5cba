package io.dpostream.sampler.accounting;

/**
 * A set of ids, kept as 64 bits each, so that a run of many millions of pairs can remember all of
 * them: 16 to 32 bytes an id, where a set of strings takes a hundred. Two ids with the same bits
 * are taken for one; among ten million the chance of that is about 3 in a million.
 */
final class IdFingerprints {
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  /** A hash table with open addressing and linear probing; 0 is a free slot. */
  private long[] slots = new long[1024];

  private int size;

  void add(String id) {
    if (put(slots, fingerprint(id))) {
      size++;
    }
    if (size > slots.length / 2) {
      long[] larger = new long[Math.multiplyExact(slots.length, 2)];
      for (long fingerprint : slots) {
        if (fingerprint != 0) {
          put(larger, fingerprint);
        }
      }
      slots = larger;
    }
  }

  boolean contains(String id) {
    long fingerprint = fingerprint(id);
    return slots[slot(slots, fingerprint)] == fingerprint;
  }

  private static boolean put(long[] slots, long fingerprint) {
    int slot = slot(slots, fingerprint);
    boolean isNew = slots[slot] == 0;
    slots[slot] = fingerprint;
    return isNew;
  }

  /** Finds the slot that holds a fingerprint, or the free slot where it belongs. */
  private static int slot(long[] slots, long fingerprint) {
    int mask = slots.length - 1;
    int slot = (int) fingerprint & mask;
    while (slots[slot] != 0 && slots[slot] != fingerprint) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  /** Hashes an id by FNV-1a over its characters, with the bits mixed at the end; never 0. */
  private static long fingerprint(String id) {
    long hash = FNV_OFFSET;
    for (int i = 0; i < id.length(); i++) {
      hash = (hash ^ id.charAt(i)) * FNV_PRIME;
    }
    hash = (hash ^ (hash >>> 32)) * 0x9e3779b97f4a7c15L;
    hash ^= hash >>> 32;
    return hash == 0 ? 1 : hash;
  }
}
