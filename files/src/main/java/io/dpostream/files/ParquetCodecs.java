package io.dpostream.files;

import com.github.luben.zstd.Zstd;
import io.dpostream.settings.UserException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/**
 * Decompresses pages with what Kafka's client brings along and the JDK has, where Parquet would
 * load Hadoop's codecs.
 */
final class ParquetCodecs implements CompressionCodecFactory {
  private final Path file;

  /**
   * @param file named when it is compressed in another way
   */
  ParquetCodecs(Path file) {
    this.file = file;
  }

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
    return switch (codec) {
      case UNCOMPRESSED -> new Decompressor((bytes, size) -> bytes);
      case SNAPPY -> new Decompressor((bytes, size) -> Snappy.uncompress(bytes));
      case ZSTD -> new Decompressor(Zstd::decompress);
      case GZIP -> new Decompressor(ParquetCodecs::gunzip);
      default ->
          throw new UserException(
              "%s: is compressed with %s; write it with snappy, zstd, gzip or without"
                  .formatted(file, codec));
    };
  }

  private static byte[] gunzip(byte[] bytes, int size) throws IOException {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      return in.readNBytes(size);
    }
  }

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codec) {
    throw new UnsupportedOperationException("files are read, never written");
  }

  @Override
  public void release() {
    // nothing is kept
  }

  @FunctionalInterface
  private interface Decompression {
    byte[] of(byte[] bytes, int size) throws IOException;
  }

  private record Decompressor(Decompression decompression) implements BytesInputDecompressor {
    @Override
    public BytesInput decompress(BytesInput bytes, int size) throws IOException {
      return BytesInput.from(decompression.of(bytes.toByteArray(), size));
    }

    @Override
    public void decompress(ByteBuffer input, int compressed, ByteBuffer output, int size)
        throws IOException {
      byte[] bytes = new byte[compressed];
      input.get(bytes);
      output.put(decompression.of(bytes, size));
    }

    @Override
    public void release() {
      // nothing is kept
    }
  }
}
