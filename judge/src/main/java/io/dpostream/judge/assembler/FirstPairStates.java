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
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the bytes that release 0.1 wrote for pair states: a format version, the kind, and the
 * fields in order. Pairs and votes inside stand in the wire format of their topics.
 */
final class FirstPairStates {
  private static final int FORMAT = 1;
  private static final int EARLY = 1;
  private static final int WAITING = 2;
  private static final int CLOSED = 3;

  private final String pairTopic;
  private final String judgmentTopic;
  private final Deserializer<CompletionPair> pairs;
  private final Deserializer<Judgment> judgments;

  FirstPairStates(KafkaSettings settings) {
    Topics topics = settings.topics();
    this.pairTopic = topics.completionPairs().name();
    this.judgmentTopic = topics.judgments().name();
    this.pairs = settings.serde(topics.completionPairs()).deserializer();
    this.judgments = settings.serde(topics.judgments()).deserializer();
  }

  /** Whether these bytes begin as release 0.1's do; an Avro single object begins with C3. */
  static boolean wrote(byte[] bytes) {
    return bytes.length > 0 && bytes[0] == FORMAT;
  }

  PairState read(byte[] bytes) {
    try {
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
      in.readByte(); // the format
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

  private CompletionPair readPair(DataInputStream in) throws IOException {
    return pairs.deserialize(pairTopic, in.readNBytes(in.readInt()));
  }

  private List<Judgment> readVotes(DataInputStream in) throws IOException {
    List<Judgment> votes = new ArrayList<>();
    for (int n = in.readInt(); n > 0; n--) {
      votes.add(judgments.deserialize(judgmentTopic, in.readNBytes(in.readInt())));
    }
    return votes;
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
    return SourceRecords.record(topic, partition, offset, timestamp, key, value, headers);
  }

  /** Length and bytes; -1 for none. */
  private static byte @Nullable [] readBytes(DataInputStream in) throws IOException {
    int length = in.readInt();
    return length < 0 ? null : in.readNBytes(length);
  }
}
