package io.dpostream.judge.assembler;

import io.dpostream.judge.Side;
import io.dpostream.judge.assembler.PairState.Closed;
import io.dpostream.judge.assembler.PairState.Correctable;
import io.dpostream.judge.assembler.PairState.Early;
import io.dpostream.judge.assembler.PairState.Waiting;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topics;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.Judgment;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Pair states as bytes: a format version, the kind, and the fields in order. Pairs and votes inside
 * stand in the wire format of their topics, so they can be read after a schema has evolved.
 */
final class PairStateSerde implements Serde<PairState> {
  private static final int FORMAT = 1;
  private static final int EARLY = 1;
  private static final int WAITING = 2;
  private static final int CLOSED = 3;

  private final String pairTopic;
  private final String judgmentTopic;
  private final Serde<CompletionPair> pairs;
  private final Serde<Judgment> judgments;

  PairStateSerde(KafkaSettings settings) {
    Topics topics = settings.topics();
    this.pairTopic = topics.completionPairs().name();
    this.judgmentTopic = topics.judgments().name();
    this.pairs = settings.serde(topics.completionPairs());
    this.judgments = settings.serde(topics.judgments());
  }

  @Override
  public Serializer<PairState> serializer() {
    return (topic, state) -> state == null ? null : write(state);
  }

  @Override
  public Deserializer<PairState> deserializer() {
    return (topic, bytes) -> bytes == null ? null : read(bytes);
  }

  private byte[] write(PairState state) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(2048);
    try {
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeByte(FORMAT);
      if (state instanceof Early early) {
        out.writeByte(EARLY);
        out.writeLong(early.until());
        out.writeInt(early.votes().size());
        for (ConsumerRecord<byte[], byte[]> vote : early.votes()) {
          write(out, vote);
        }
      } else if (state instanceof Waiting waiting) {
        out.writeByte(WAITING);
        out.writeLong(waiting.until());
        write(out, waiting.pair());
        write(out, waiting.votes());
      } else if (state instanceof Closed closed) {
        out.writeByte(CLOSED);
        out.writeLong(closed.until());
        out.writeUTF(closed.contentHash());
        out.writeInt(closed.judgmentIds().size());
        for (String id : closed.judgmentIds()) {
          out.writeUTF(id);
        }
        out.writeBoolean(closed.correctable().isPresent());
        if (closed.correctable().isPresent()) {
          Correctable correctable = closed.correctable().get();
          write(out, correctable.pair());
          write(out, correctable.votes());
          out.writeUTF(correctable.standing().map(Side::name).orElse(""));
          out.writeInt(correctable.revision());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  private PairState read(byte[] bytes) {
    try {
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
      int format = in.readByte();
      if (format != FORMAT) {
        throw new IllegalStateException(
            "assembler state has format " + format + ", this version reads " + FORMAT);
      }
      int kind = in.readByte();
      long until = in.readLong();
      return switch (kind) {
        case EARLY -> {
          List<ConsumerRecord<byte[], byte[]>> votes = new ArrayList<>();
          for (int n = in.readInt(); n > 0; n--) {
            votes.add(readRecord(in));
          }
          yield new Early(until, votes);
        }
        case WAITING -> new Waiting(until, readPair(in), readVotes(in));
        case CLOSED -> {
          String hash = in.readUTF();
          List<String> ids = new ArrayList<>();
          for (int n = in.readInt(); n > 0; n--) {
            ids.add(in.readUTF());
          }
          Optional<Correctable> correctable =
              in.readBoolean() ? Optional.of(readCorrectable(in)) : Optional.empty();
          yield new Closed(until, hash, ids, correctable);
        }
        default -> throw new IllegalStateException("assembler state of kind " + kind);
      };
    } catch (IOException e) {
      throw new IllegalStateException("assembler state cannot be read", e);
    }
  }

  private Correctable readCorrectable(DataInputStream in) throws IOException {
    CompletionPair pair = readPair(in);
    List<Judgment> votes = readVotes(in);
    String side = in.readUTF();
    Optional<Side> standing = side.isEmpty() ? Optional.empty() : Optional.of(Side.valueOf(side));
    return new Correctable(pair, votes, standing, in.readInt());
  }

  private void write(DataOutputStream out, CompletionPair pair) throws IOException {
    writeBytes(out, pairs.serializer().serialize(pairTopic, pair));
  }

  private CompletionPair readPair(DataInputStream in) throws IOException {
    return pairs.deserializer().deserialize(pairTopic, in.readNBytes(in.readInt()));
  }

  private void write(DataOutputStream out, List<Judgment> votes) throws IOException {
    out.writeInt(votes.size());
    for (Judgment vote : votes) {
      writeBytes(out, judgments.serializer().serialize(judgmentTopic, vote));
    }
  }

  private List<Judgment> readVotes(DataInputStream in) throws IOException {
    List<Judgment> votes = new ArrayList<>();
    for (int n = in.readInt(); n > 0; n--) {
      votes.add(judgments.deserializer().deserialize(judgmentTopic, in.readNBytes(in.readInt())));
    }
    return votes;
  }

  private static void write(DataOutputStream out, ConsumerRecord<byte[], byte[]> record)
      throws IOException {
    out.writeUTF(record.topic());
    out.writeInt(record.partition());
    out.writeLong(record.offset());
    out.writeLong(record.timestamp());
    writeBytes(out, record.key());
    writeBytes(out, record.value());
    Header[] headers = record.headers().toArray();
    out.writeInt(headers.length);
    for (Header header : headers) {
      out.writeUTF(header.key());
      writeBytes(out, header.value());
    }
  }

  private static ConsumerRecord<byte[], byte[]> readRecord(DataInputStream in) throws IOException {
    String topic = in.readUTF();
    int partition = in.readInt();
    long offset = in.readLong();
    long timestamp = in.readLong();
    byte[] key = readBytes(in);
    byte[] value = readBytes(in);
    RecordHeaders headers = new RecordHeaders();
    for (int n = in.readInt(); n > 0; n--) {
      headers.add(in.readUTF(), readBytes(in));
    }
    return Sources.record(topic, partition, offset, timestamp, key, value, headers);
  }

  /** Length and bytes; -1 for none. */
  private static void writeBytes(DataOutputStream out, byte @Nullable [] bytes) throws IOException {
    out.writeInt(bytes == null ? -1 : bytes.length);
    if (bytes != null) {
      out.write(bytes);
    }
  }

  private static byte @Nullable [] readBytes(DataInputStream in) throws IOException {
    int length = in.readInt();
    return length < 0 ? null : in.readNBytes(length);
  }
}
