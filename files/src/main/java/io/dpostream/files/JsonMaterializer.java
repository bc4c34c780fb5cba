package io.dpostream.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.RecordMaterializer;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;

/** Puts the values of columns together as JSON objects, without the fields that are null. */
final class JsonMaterializer extends RecordMaterializer<ObjectNode> {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Struct root;

  JsonMaterializer(MessageType schema) {
    this.root = new Struct(schema, row -> {});
  }

  @Override
  public ObjectNode getCurrentRecord() {
    return root.current;
  }

  @Override
  public GroupConverter getRootConverter() {
    return root;
  }

  private static Converter converter(Type type, Consumer<JsonNode> into) {
    if (type.isPrimitive()) {
      return new JsonScalar(type.asPrimitiveType(), into);
    }
    GroupType group = type.asGroupType();
    boolean list =
        type.getLogicalTypeAnnotation() instanceof LogicalTypeAnnotation.ListLogicalTypeAnnotation
            && group.getFieldCount() == 1;
    if (list) {
      return new Elements(group, into);
    }
    return isMap(group) ? new Entries(group, into) : new Struct(group, into);
  }

  /**
   * Whether a type is a map that is no object of JSON: its keys are no texts, or it has no values.
   */
  static boolean isOtherMap(Type type) {
    return isMarkedAsMap(type) && !isMap(type.asGroupType());
  }

  /** By the present name or, unless it stands on the entries of a map, by the former one. */
  private static boolean isMarkedAsMap(Type type) {
    LogicalTypeAnnotation mark = type.getLogicalTypeAnnotation();
    return mark instanceof LogicalTypeAnnotation.MapLogicalTypeAnnotation
        || (mark instanceof LogicalTypeAnnotation.MapKeyValueTypeAnnotation
            && !type.isRepetition(Type.Repetition.REPEATED));
  }

  private static boolean isMap(GroupType group) {
    return isMarkedAsMap(group)
        && group.getFieldCount() == 1
        && !group.getType(0).isPrimitive()
        && group.getType(0).asGroupType().getFieldCount() == 2
        && isText(group.getType(0).asGroupType().getType(0));
  }

  private static boolean isText(Type key) {
    return key.isPrimitive()
        && key.asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY;
  }

  /** A group that becomes one value, whose parts come between its start and its end. */
  private abstract static class Group<N extends JsonNode> extends GroupConverter {
    private final Supplier<? extends N> empty;
    private final Consumer<JsonNode> into;
    N current;

    Group(Supplier<? extends N> empty, Consumer<JsonNode> into) {
      this.empty = empty;
      this.into = into;
      this.current = empty.get();
    }

    @Override
    public void start() {
      current = empty.get();
    }

    @Override
    public void end() {
      into.accept(current);
    }
  }

  /** A map from texts, which becomes an object: a repeated group of a key and a value. */
  private static final class Entries extends Group<ObjectNode> {
    private final Converter entry;

    Entries(GroupType map, Consumer<JsonNode> into) {
      super(JSON::objectNode, into);
      GroupType pair = map.getType(0).asGroupType();
      String key = pair.getFieldName(0);
      String value = pair.getFieldName(1);
      this.entry =
          new Struct(
              pair,
              fields -> {
                if (fields.hasNonNull(value)) {
                  current.set(fields.path(key).asText(), fields.get(value));
                }
              });
    }

    @Override
    public Converter getConverter(int index) {
      return entry;
    }
  }

  /** A group of named fields. */
  private static final class Struct extends Group<ObjectNode> {
    private final List<Converter> fields;

    Struct(GroupType type, Consumer<JsonNode> into) {
      super(JSON::objectNode, into);
      this.fields = type.getFields().stream().map(this::field).toList();
    }

    private Converter field(Type field) {
      String name = field.getName();
      return field.isRepetition(Type.Repetition.REPEATED)
          ? converter(field, value -> array(name).add(value))
          : converter(field, value -> current.set(name, value));
    }

    private ArrayNode array(String name) {
      return current.get(name) instanceof ArrayNode array ? array : current.putArray(name);
    }

    @Override
    public Converter getConverter(int index) {
      return fields.get(index);
    }
  }

  /** A list: usually a repeated group around each element; in old files the elements themselves. */
  private static final class Elements extends Group<ArrayNode> {
    private final Converter repeated;

    Elements(GroupType list, Consumer<JsonNode> into) {
      super(JSON::arrayNode, into);
      Type inside = list.getType(0);
      this.repeated =
          isWrapper(list, inside)
              ? new Wrapper(inside.asGroupType(), value -> current.add(value))
              : converter(inside, value -> current.add(value));
    }

    /** Parquet's rules for telling an element from what stands around it. */
    private static boolean isWrapper(GroupType list, Type repeated) {
      return !repeated.isPrimitive()
          && repeated.asGroupType().getFieldCount() == 1
          && !repeated.getName().equals("array")
          && !repeated.getName().equals(list.getName() + "_tuple");
    }

    @Override
    public Converter getConverter(int index) {
      return repeated;
    }
  }

  /** What stands around an element, which may be null. */
  private static final class Wrapper extends Group<JsonNode> {
    private final Converter element;

    Wrapper(GroupType type, Consumer<JsonNode> into) {
      super(NullNode::getInstance, into);
      this.element = converter(type.getType(0), value -> current = value);
    }

    @Override
    public Converter getConverter(int index) {
      return element;
    }
  }
}
