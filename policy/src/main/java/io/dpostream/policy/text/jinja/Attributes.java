package io.dpostream.policy.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code object.name}, {@code object[key]} and {@code object[start:stop:step]}. */
final class Attributes {
  private static final Set<String> CHANGING_DICT =
      Set.of("clear", "pop", "popitem", "setdefault", "update");
  private static final Set<String> CHANGING_LIST =
      Set.of("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");

  private Attributes() {}

  /** {@code object.name}: an attribute, else an item. */
  static Object attribute(Object object, String name) {
    PyValues.requireDefined(object);
    return own(object, name)
        .or(() -> item(object, (Object) name))
        .orElseGet(() -> Undefined.attribute(object, name));
  }

  /** {@code object[key]}: an item, else an attribute. */
  static Object at(Object object, Object key) {
    PyValues.requireDefined(object);
    if (key instanceof Slice slice) {
      return slice(object, slice);
    }
    return item(object, key)
        .or(() -> PyValues.isString(key) ? own(object, PyValues.string(key)) : Optional.empty())
        .orElseGet(() -> Undefined.attribute(object, key));
  }

  private static Optional<Object> item(Object object, Object key) {
    if (object instanceof Map<?, ?> map) {
      return key instanceof Map || key instanceof List
          ? Optional.empty()
          : Optional.ofNullable(map.get(PyValues.key(key)));
    }
    if (!PyNumbers.isInteger(key)
        || !(object instanceof List || isFixed(object) || PyValues.isString(object))) {
      return Optional.empty();
    }
    int length = (int) PyValues.length(object);
    int given = PyNumbers.index(key, "indices");
    int index = given < 0 ? given + length : given;
    if (index < 0 || index >= length) {
      return Optional.empty();
    }
    if (object instanceof List<?> list) {
      return Optional.of(list.get(index));
    }
    if (isFixed(object)) {
      return Optional.of(PyValues.items(object).get(index));
    }
    String text = PyValues.string(object);
    String character = Character.toString(text.codePointAt(text.offsetByCodePoints(0, index)));
    return Optional.of(object instanceof Markup ? new Markup(character) : character);
  }

  private static boolean isFixed(Object object) {
    return object instanceof Tuple || (object instanceof ViewOrRange view && view.isRange());
  }

  private static Object slice(Object object, Slice slice) {
    if (PyValues.isString(object)) {
      int[] characters = PyValues.string(object).codePoints().toArray();
      StringBuilder out = new StringBuilder();
      slice.visit(characters.length, i -> out.appendCodePoint(characters[i]));
      return object instanceof Markup ? new Markup(out.toString()) : out.toString();
    }
    if (object instanceof ViewOrRange) {
      throw TemplateException.unsupported("a slice of a view or range");
    }
    if (!(object instanceof List) && !(object instanceof Tuple)) {
      throw new TemplateException("'" + PyValues.type(object) + "' object cannot be sliced");
    }
    List<Object> all = PyValues.items(object);
    List<Object> chosen = new ArrayList<>();
    slice.visit(all.size(), i -> chosen.add(all.get(i)));
    return object instanceof Tuple ? new Tuple(chosen) : chosen;
  }

  private static Optional<Object> own(Object object, String name) {
    if (name.startsWith("_")) {
      throw new TemplateException(
          "access to attribute '%s' of '%s' object is unsafe"
              .formatted(name, PyValues.type(object)));
    }
    if (object instanceof Namespace namespace) {
      return Optional.ofNullable(namespace.attributes().get(name));
    }
    if (object instanceof LoopState loop) {
      return Optional.ofNullable(loop.attribute(name));
    }
    if (PyValues.isString(object)) {
      return StringMethods.has(name)
          ? Optional.of(StringMethods.bound(object, name))
          : Optional.empty();
    }
    if (object instanceof Map<?, ?> map) {
      return dictMethod(map, name);
    }
    if (object instanceof List || object instanceof Tuple) {
      return listMethod(object, name);
    }
    if (object instanceof Macro macro) {
      return macro.attribute(name);
    }
    return Optional.empty();
  }

  private static Optional<Object> dictMethod(Map<?, ?> map, String name) {
    refuse(CHANGING_DICT, name, "dict");
    return switch (name) {
      case "get" -> Optional.of(method(a -> get(map, a)));
      case "items" -> Optional.of(method(a -> entries(map, a.only("items"))));
      case "keys" -> Optional.of(method(a -> keys(map, a.only("keys"))));
      case "values" -> Optional.of(method(a -> values(map, a.only("values"))));
      case "copy" -> Optional.of(method(a -> copy(map, a.only("copy"))));
      case "fromkeys" -> throw TemplateException.unsupported("the method fromkeys of dict");
      default -> Optional.empty();
    };
  }

  private static Object get(Map<?, ?> map, Arguments arguments) {
    arguments.only("get", "key", "default");
    Object value = map.get(PyValues.key(arguments.require(0, "key", "get")));
    return value == null ? arguments.get(1, "default", None.NONE) : value;
  }

  private static Object keys(Map<?, ?> map, Arguments unused) {
    return new ViewOrRange("dict_keys", List.copyOf(map.keySet()), false);
  }

  private static Object values(Map<?, ?> map, Arguments unused) {
    return new ViewOrRange("dict_values", List.copyOf(map.values()), false);
  }

  private static Object copy(Map<?, ?> map, Arguments unused) {
    return map;
  }

  private static Object entries(Map<?, ?> map, Arguments unused) {
    return new ViewOrRange("dict_items", entries(map), false);
  }

  /** The key and value of each entry. */
  static List<Object> entries(Map<?, ?> map) {
    List<Object> entries = new ArrayList<>();
    map.forEach((key, value) -> entries.add(Tuple.of(key, value)));
    return entries;
  }

  private static Optional<Object> listMethod(Object object, String name) {
    if (object instanceof List) {
      refuse(CHANGING_LIST, name, "list");
    }
    return switch (name) {
      case "index" -> Optional.of(method(a -> index(PyValues.items(object), a)));
      case "count" -> Optional.of(method(a -> count(PyValues.items(object), a)));
      case "copy" -> object instanceof List ? Optional.of(method(a -> object)) : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Object index(List<Object> items, Arguments arguments) {
    Object sought = arguments.only("index", "value").require(0, "value", "index");
    for (int i = 0; i < items.size(); i++) {
      if (PyValues.equal(items.get(i), sought)) {
        return (long) i;
      }
    }
    throw new TemplateException(PyValues.repr(sought) + " is not in list");
  }

  private static Object count(List<Object> items, Arguments arguments) {
    Object sought = arguments.only("count", "value").require(0, "value", "count");
    return items.stream().filter(item -> PyValues.equal(item, sought)).count();
  }

  private static Callable method(Callable method) {
    return method;
  }

  private static void refuse(Set<String> changing, String name, String type) {
    if (changing.contains(name)) {
      throw new TemplateException(
          "access to attribute '%s' of '%s' object is unsafe: templates change nothing"
              .formatted(name, type));
    }
  }
}
