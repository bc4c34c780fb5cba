package io.dpostream.judge.assembler;

import io.dpostream.judge.Side;
import io.dpostream.judge.assembler.PairState.Closed;
import io.dpostream.judge.assembler.PairState.Correctable;
import io.dpostream.judge.assembler.PairState.Early;
import io.dpostream.judge.assembler.PairState.Waiting;
import io.dpostream.schemas.AssemblerState;
import io.dpostream.schemas.CorrectablePair;
import io.dpostream.schemas.DecidedPair;
import io.dpostream.schemas.EarlyVotes;
import io.dpostream.schemas.PairSide;
import io.dpostream.schemas.SourceHeader;
import io.dpostream.schemas.SourceRecord;
import io.dpostream.schemas.UndecidedPair;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/** Turns pair states into their Avro records and back. */
final class StoredStates {
  private StoredStates() {}

  static AssemblerState of(PairState state) {
    return new AssemblerState(state.until(), stage(state));
  }

  static PairState read(AssemblerState stored) {
    long until = stored.getUntil();
    Object stage = stored.getStage();
    if (stage instanceof EarlyVotes early) {
      return new Early(until, early.getVotes().stream().map(StoredStates::source).toList());
    }
    if (stage instanceof UndecidedPair open) {
      return new Waiting(until, open.getPair(), open.getVotes());
    }
    if (stage instanceof DecidedPair decided) {
      return new Closed(
          until,
          decided.getContentHash(),
          decided.getJudgmentIds(),
          decided.getCorrectable().map(StoredStates::correctable));
    }
    throw new IllegalStateException("assembler state of an unknown stage");
  }

  private static SpecificRecord stage(PairState state) {
    if (state instanceof Early early) {
      return new EarlyVotes(early.votes().stream().map(StoredStates::source).toList());
    }
    if (state instanceof Waiting waiting) {
      return new UndecidedPair(waiting.pair(), waiting.votes());
    }
    Closed closed = (Closed) state;
    DecidedPair.Builder decided =
        DecidedPair.newBuilder()
            .setContentHash(closed.contentHash())
            .setJudgmentIds(closed.judgmentIds());
    closed.correctable().map(StoredStates::correctable).ifPresent(decided::setCorrectable);
    return decided.build();
  }

  private static CorrectablePair correctable(Correctable correctable) {
    CorrectablePair.Builder stored =
        CorrectablePair.newBuilder()
            .setPair(correctable.pair())
            .setVotes(correctable.votes())
            .setRevision(correctable.revision());
    correctable
        .standing()
        .map(side -> side == Side.FIRST ? PairSide.FIRST : PairSide.SECOND)
        .ifPresent(stored::setStanding);
    return stored.build();
  }

  private static Correctable correctable(CorrectablePair stored) {
    Optional<Side> standing =
        stored.getStanding().map(side -> side == PairSide.FIRST ? Side.FIRST : Side.SECOND);
    return new Correctable(stored.getPair(), stored.getVotes(), standing, stored.getRevision());
  }

  private static SourceRecord source(ConsumerRecord<byte[], byte[]> record) {
    List<SourceHeader> headers = new ArrayList<>();
    for (Header header : record.headers()) {
      SourceHeader.Builder kept = SourceHeader.newBuilder().setKey(header.key());
      buffer(header.value()).ifPresent(kept::setValue);
      headers.add(kept.build());
    }
    SourceRecord.Builder kept =
        SourceRecord.newBuilder()
            .setTopic(record.topic())
            .setPartition(record.partition())
            .setOffset(record.offset())
            .setTimestamp(record.timestamp())
            .setHeaders(headers);
    buffer(record.key()).ifPresent(kept::setKey);
    buffer(record.value()).ifPresent(kept::setValue);
    return kept.build();
  }

  private static ConsumerRecord<byte[], byte[]> source(SourceRecord stored) {
    RecordHeaders headers = new RecordHeaders();
    for (SourceHeader header : stored.getHeaders()) {
      headers.add(header.getKey(), bytes(header.getValue()));
    }
    return SourceRecords.record(
        stored.getTopic(),
        stored.getPartition(),
        stored.getOffset(),
        stored.getTimestamp(),
        bytes(stored.getKey()),
        bytes(stored.getValue()),
        headers);
  }

  private static Optional<ByteBuffer> buffer(byte @Nullable [] bytes) {
    return Optional.ofNullable(bytes).map(ByteBuffer::wrap);
  }

  private static byte @Nullable [] bytes(Optional<ByteBuffer> buffer) {
    if (buffer.isEmpty()) {
      return null;
    }
    byte[] bytes = new byte[buffer.get().remaining()];
    buffer.get().duplicate().get(bytes);
    return bytes;
  }
}
