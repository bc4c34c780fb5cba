package io.dpostream.judge;

import io.dpostream.settings.InvalidSettingException;
import io.dpostream.settings.Require;
import io.dpostream.settings.SettingsTree;
import io.dpostream.settings.UserException;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The judge types on the class path. */
public final class Judges {
  private static final String TYPE = "type";

  private final Map<String, JudgeFactory<?>> factories = new TreeMap<>();

  @SuppressWarnings("rawtypes") // a service is found by its raw type
  private Judges(Iterable<JudgeFactory> found) {
    for (JudgeFactory<?> factory : found) {
      JudgeFactory<?> other = factories.putIfAbsent(factory.name(), factory);
      if (other != null) {
        throw new UserException(
            "judge type '%s': both %s and %s have this name; take one off the class path"
                .formatted(
                    factory.name(), other.getClass().getName(), factory.getClass().getName()));
      }
    }
  }

  /** All types that {@link ServiceLoader} finds. */
  public static Judges onClassPath() {
    return new Judges(ServiceLoader.load(JudgeFactory.class));
  }

  /**
   * Makes a judge of a named type.
   *
   * @param path where the judge stands in the configuration, for messages
   * @throws UserException when there is no such type, or an option is missing, wrong or unknown
   */
  public Judge create(String type, Map<String, ?> options, String path) {
    JudgeFactory<?> factory = factories.get(type);
    if (factory == null) {
      throw Require.refusal(TYPE, type, "is not one of " + String.join(", ", factories.keySet()))
          .under(path);
    }
    return create(factory, options, path);
  }

  /**
   * Makes a judge that stands in the configuration as one map of its {@code type} and options.
   *
   * @throws UserException when it has no such type, or an option is missing, wrong or unknown
   */
  public Judge create(Map<String, ?> judge, String path) {
    Map<String, Object> options = new HashMap<>(judge);
    Object type = options.remove(TYPE);
    if (type == null) {
      throw new UserException(path + "." + TYPE + ": is missing; set it");
    }
    return create(type.toString(), options, path);
  }

  private static <O extends Record> Judge create(
      JudgeFactory<O> factory, Map<String, ?> options, String path) {
    O read = SettingsTree.read(options, factory.optionsType(), path);
    try {
      return factory.create(read, path);
    } catch (InvalidSettingException e) {
      throw e.under(path);
    }
  }
}
