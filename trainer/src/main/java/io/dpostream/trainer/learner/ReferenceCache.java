package io.dpostream.trainer.learner;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Stores the reference's log-probabilities on disk, so that restarts, epochs and replays need not
 * recompute them. One file of entries {@code key (32), count (4), crc (4), count float32 values};
 * the checksum covers all the rest. Opening reads the file up to the first entry that is damaged or
 * cut off and drops what follows: a value is either exactly what was put or absent, and absent
 * values are recomputed. That is also why the file need not be forced to disk.
 *
 * <p>Keys and positions are held in memory, values are not. Not thread-safe.
 */
final class ReferenceCache implements AutoCloseable {
  private static final int HEADER = CacheKey.BYTES + 8;

  private record Entry(long position, int count) {}

  private final FileChannel channel;
  private final Map<CacheKey, Entry> entries = new HashMap<>();
  private long end;

  private ReferenceCache(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Opens the first cache file in a folder that no other process holds; a process that was
   * suspended and resumes later must not write into its successor's file.
   */
  static ReferenceCache openIn(Path folder) {
    try {
      Files.createDirectories(folder);
      for (int i = 0; ; i++) {
        FileChannel channel =
            FileChannel.open(
                folder.resolve("reference-logps." + i),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        if (locked(channel)) {
          ReferenceCache cache = new ReferenceCache(channel);
          cache.readEntries();
          return cache;
        }
        channel.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Locks the file until the channel is closed, unless it is locked already. */
  private static boolean locked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // another learner of this process
    }
  }

  private void readEntries() throws IOException {
    long size = channel.size();
    while (size - end >= HEADER) {
      ByteBuffer header = read(end, HEADER);
      byte[] key = new byte[CacheKey.BYTES];
      header.get(key);
      int count = header.getInt();
      int crc = header.getInt();
      if (count < 0 || count > (size - end - HEADER) / Float.BYTES) {
        break;
      }
      ByteBuffer values = read(end + HEADER, count * Float.BYTES);
      if (checksum(key, count, values.duplicate()) != crc) {
        break;
      }
      entries.put(
          new CacheKey(ByteBuffer.wrap(key).asReadOnlyBuffer()), new Entry(end + HEADER, count));
      end += HEADER + (long) count * Float.BYTES;
    }
    channel.truncate(end);
  }

  /** The values under a key, if there are as many as expected. */
  Optional<float[]> get(CacheKey key, int count) {
    Entry entry = entries.get(key);
    if (entry == null || entry.count() != count) {
      return Optional.empty();
    }
    try {
      float[] values = new float[count];
      read(entry.position(), count * Float.BYTES).asFloatBuffer().get(values);
      return Optional.of(values);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void put(CacheKey key, float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    byte[] name = new byte[CacheKey.BYTES];
    key.digest().duplicate().get(name);
    ByteBuffer entry =
        ByteBuffer.allocate(HEADER + bytes.remaining())
            .put(name)
            .putInt(values.length)
            .putInt(checksum(name, values.length, bytes.duplicate()))
            .put(bytes)
            .flip();
    try {
      long position = end;
      while (entry.hasRemaining()) {
        position += channel.write(entry, position);
      }
      entries.put(key, new Entry(end + HEADER, values.length));
      end = position;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ByteBuffer read(long position, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, position + bytes.position()) < 0) {
        throw new IOException("the reference cache was cut off while in use");
      }
    }
    return bytes.flip();
  }

  private static int checksum(byte[] key, int count, ByteBuffer values) {
    CRC32C crc = new CRC32C();
    crc.update(key);
    crc.update(ByteBuffer.allocate(4).putInt(count).flip());
    crc.update(values);
    return (int) crc.getValue();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
