package io.dpostream.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * Turns the values of a column into JSON's. Bytes that are no text stay bytes, which no field is.
 */
final class JsonScalar extends PrimitiveConverter {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final LogicalTypeAnnotation annotation;
  private final boolean text;
  private final Consumer<JsonNode> into;

  JsonScalar(PrimitiveType type, Consumer<JsonNode> into) {
    this.annotation = type.getLogicalTypeAnnotation();
    this.text =
        type.getPrimitiveTypeName() == PrimitiveTypeName.BINARY
            && !(annotation instanceof DecimalLogicalTypeAnnotation);
    this.into = into;
  }

  @Override
  public void addBinary(Binary value) {
    into.accept(text ? textOrBytes(value) : number(new BigInteger(value.getBytes()), value));
  }

  private JsonNode number(BigInteger unscaled, Binary value) {
    return annotation instanceof DecimalLogicalTypeAnnotation decimal
        ? JSON.numberNode(new BigDecimal(unscaled, decimal.getScale()))
        : JSON.binaryNode(value.getBytes());
  }

  private static JsonNode textOrBytes(Binary value) {
    try {
      return JSON.textNode(
          StandardCharsets.UTF_8.newDecoder().decode(value.toByteBuffer()).toString());
    } catch (CharacterCodingException e) {
      return JSON.binaryNode(value.getBytes());
    }
  }

  @Override
  public void addBoolean(boolean value) {
    into.accept(JSON.booleanNode(value));
  }

  @Override
  public void addInt(int value) {
    addLong(value);
  }

  @Override
  public void addLong(long value) {
    into.accept(
        annotation instanceof DecimalLogicalTypeAnnotation decimal
            ? JSON.numberNode(BigDecimal.valueOf(value, decimal.getScale()))
            : JSON.numberNode(value));
  }

  @Override
  public void addFloat(float value) {
    addDouble(Double.parseDouble(Float.toString(value))); // 0.1 stays 0.1
  }

  /** Leaves out what is no number: in tables made of frames it stands where nothing is. */
  @Override
  public void addDouble(double value) {
    if (!Double.isNaN(value)) {
      into.accept(JSON.numberNode(value));
    }
  }
}
