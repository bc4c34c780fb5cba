package io.dpostream.files;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonMaterializerTest {
  private static final String MAP =
      "message m { optional group options (%s) { repeated group key_value {"
          + " required %s key%s; optional boolean value; } } }";

  @ParameterizedTest
  @ValueSource(strings = {"MAP", "MAP_KEY_VALUE"})
  void shouldMakeAnObjectOfAMap(String mark) {
    JsonMaterializer rows =
        new JsonMaterializer(
            MessageTypeParser.parseMessageType(MAP.formatted(mark, "binary", " (STRING)")));
    GroupConverter row = rows.getRootConverter();
    GroupConverter map = row.getConverter(0).asGroupConverter();
    GroupConverter entry = map.getConverter(0).asGroupConverter();

    row.start();
    map.start();
    for (String key : new String[] {"thinking", "tools"}) {
      entry.start();
      entry.getConverter(0).asPrimitiveConverter().addBinary(Binary.fromString(key));
      entry.getConverter(1).asPrimitiveConverter().addBoolean(key.equals("tools"));
      entry.end();
    }
    entry.start();
    entry.getConverter(0).asPrimitiveConverter().addBinary(Binary.fromString("null"));
    entry.end();
    map.end();
    row.end();

    assertThat(rows.getCurrentRecord())
        .hasToString("{\"options\":{\"thinking\":false,\"tools\":true}}");
  }
}
