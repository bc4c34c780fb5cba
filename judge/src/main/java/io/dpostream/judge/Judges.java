package io.dpostream.judge;

import io.dpostream.settings.UserException;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The judge types on the class path. */
public final class Judges {
  private final Map<String, JudgeFactory> factories = new TreeMap<>();

  private Judges(Iterable<JudgeFactory> found) {
    for (JudgeFactory factory : found) {
      JudgeFactory other = factories.putIfAbsent(factory.name(), factory);
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
   * @throws UserException when there is no such type, or an option is wrong or unknown
   */
  public Judge create(String type, JudgeOptions options) {
    JudgeFactory factory = factories.get(type);
    if (factory == null) {
      throw new UserException(
          options.path() + ".type: '" + type + "' is unknown; there are " + factories.keySet());
    }
    Judge judge = factory.create(options);
    try {
      options.refuseUnknown();
    } catch (UserException e) {
      judge.close();
      throw e;
    }
    return judge;
  }
}
