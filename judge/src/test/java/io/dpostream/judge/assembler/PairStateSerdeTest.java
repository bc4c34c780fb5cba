package io.dpostream.judge.assembler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.judge.Examples;
import io.dpostream.judge.PlainAvro;
import io.dpostream.judge.Side;
import io.dpostream.judge.Votes;
import io.dpostream.judge.assembler.PairState.Closed;
import io.dpostream.judge.assembler.PairState.Correctable;
import io.dpostream.judge.assembler.PairState.Early;
import io.dpostream.judge.assembler.PairState.Waiting;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.schemas.AssemblerState;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.VerdictKind;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Deserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The states of release 0.1 are described beside its bytes, in {@code release-0.1/README.md}. */
class PairStateSerdeTest {
  private static final Path RELEASED = Path.of("src/test/resources/release-0.1/assembler-state");
  private static final Path RECORDED =
      Path.of("src/main/resources/io/dpostream/judge/assembler/assembler-state");
  private static final CompletionPair PAIR =
      Examples.pair("pair-1", Examples.prompt("Say it"), "better", "worse");
  private static final Judgment MACHINE = Votes.vote(PAIR, "rules", VerdictKind.FIRST);
  private static final Judgment PERSON = Votes.human(PAIR, "ann", VerdictKind.SECOND);
  private static final Judgment CHANGED = Votes.superseding(PAIR, PERSON, VerdictKind.FIRST);
  private static final String HASH = PAIR.getContentHash();

  private final KafkaSettings settings =
      new KafkaSettings(
          "localhost:1",
          "http://localhost:1",
          "",
          Map.of(
              "value.serializer", PlainAvro.Serializer.class.getName(),
              "value.deserializer", Release01.class.getName()));

  @ParameterizedTest
  @ValueSource(
      strings = {"early", "waiting", "waiting-with-votes", "closed", "correctable", "corrected"})
  void shouldReadWhatRelease01WroteAndWriteItInTheNewForm(String name) throws IOException {
    PairStateSerde serde = new PairStateSerde(settings);
    byte[] released = Files.readAllBytes(RELEASED.resolve(name + ".bin"));

    PairState read = serde.deserializer().deserialize("", released);
    byte[] written = serde.serializer().serialize("", read);

    assertThat(read).usingRecursiveComparison().isEqualTo(states().get(name));
    assertThat(written).isNotEqualTo(released).startsWith(0xC3, 0x01);
    assertThat(serde.deserializer().deserialize("", written))
        .usingRecursiveComparison()
        .isEqualTo(read);
  }

  @Test
  void shouldSayThatItCannotReadBytesOfALaterVersion() {
    PairStateSerde serde = new PairStateSerde(settings);
    byte[] later = serde.serializer().serialize("", states().get("closed"));
    later[5] ^= 1; // of the schema's fingerprint

    assertThatThrownBy(() -> serde.deserializer().deserialize("", later))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("assembler state cannot be read: a later version has written it");
  }

  /**
   * A changed schema, also of a pair or a vote, is recorded as its next version with {@code mvn -pl
   * judge test -Dtest=PairStateSerdeTest -Ddpo.compat.record=true}, and {@link
   * PairStateSerde#VERSIONS} is raised.
   */
  @Test
  void shouldHaveRecordedTheSchemaInUseAndReadEveryEarlierOne() throws IOException {
    Schema inUse = AssemblerState.getClassSchema();
    Path newest = RECORDED.resolve(PairStateSerde.VERSIONS + ".avsc");
    if (Boolean.getBoolean("dpo.compat.record") && !Files.exists(newest)) {
      Files.createDirectories(RECORDED);
      Files.writeString(newest, inUse.toString(true) + "\n");
    }
    assertThat(new Schema.Parser().parse(newest.toFile())).isEqualTo(inUse);
    for (int version = 1; version <= PairStateSerde.VERSIONS; version++) {
      Schema earlier = new Schema.Parser().parse(RECORDED.resolve(version + ".avsc").toFile());
      assertThat(SchemaCompatibility.checkReaderWriterCompatibility(inUse, earlier).getType())
          .as("version %d", version)
          .isEqualTo(SchemaCompatibilityType.COMPATIBLE);
    }
  }

  /** Reads what {@link PlainAvro} wrote with the schemas of release 0.1. */
  public static final class Release01 implements Deserializer<SpecificRecord> {
    @Override
    public SpecificRecord deserialize(String topic, byte[] bytes) {
      try {
        ByteArrayInputStream in = new ByteArrayInputStream(bytes);
        Class<?> type = Class.forName(new DataInputStream(in).readUTF());
        Schema written =
            new Schema.Parser()
                .parse(RELEASED.resolveSibling(type.getSimpleName() + ".avsc").toFile());
        return (SpecificRecord)
            new SpecificDatumReader<>(
                    written, SpecificData.get().getSchema(type), SpecificData.getForClass(type))
                .read(null, DecoderFactory.get().binaryDecoder(in, null));
      } catch (IOException | ClassNotFoundException e) {
        throw new SerializationException("not a record", e);
      }
    }
  }

  private Map<String, PairState> states() {
    byte[] vote =
        settings.serde(settings.topics().judgments()).serializer().serialize("judgments", MACHINE);
    RecordHeaders headers = new RecordHeaders();
    headers.add("trace", "abc".getBytes(StandardCharsets.UTF_8));
    headers.add("empty", null);
    byte[] key = "pair-1".getBytes(StandardCharsets.UTF_8);
    Correctable decided = new Correctable(PAIR, List.of(MACHINE), Optional.empty(), 0);
    Correctable corrected =
        new Correctable(PAIR, List.of(MACHINE, PERSON, CHANGED), Optional.of(Side.FIRST), 2);
    return Map.of(
        "early",
        new Early(
            1_000,
            List.of(
                SourceRecords.record("judgments", 2, 17, 5, key, vote, headers),
                SourceRecords.record("judgments", 0, 18, 6, null, null, new RecordHeaders()))),
        "waiting",
        new Waiting(2_000, PAIR, List.of()),
        "waiting-with-votes",
        new Waiting(2_500, PAIR, List.of(MACHINE, PERSON)),
        "closed",
        new Closed(3_000, HASH, List.of("a", "b"), Optional.empty()),
        "correctable",
        new Closed(4_000, HASH, List.of(MACHINE.getJudgmentId()), Optional.of(decided)),
        "corrected",
        new Closed(
            5_000,
            HASH,
            List.of(PERSON.getJudgmentId(), CHANGED.getJudgmentId()),
            Optional.of(corrected)));
  }
}
