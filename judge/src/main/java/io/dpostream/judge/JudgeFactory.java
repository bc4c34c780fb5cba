package io.dpostream.judge;

/**
 * Makes judges of one type. Found through {@link java.util.ServiceLoader}, so a jar on the class
 * path with a {@code META-INF/services/io.dpostream.judge.JudgeFactory} adds a type.
 */
public interface JudgeFactory {
  /** The type's name in the configuration. */
  String name();

  /**
   * Makes a judge. Options that the factory does not read are refused by the caller.
   *
   * @throws io.dpostream.settings.UserException when an option is missing or wrong
   */
  Judge create(JudgeOptions options);
}
