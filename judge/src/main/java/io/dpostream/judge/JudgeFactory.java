package io.dpostream.judge;

/**
 * Makes judges of one type. Found through {@link java.util.ServiceLoader}, so a jar on the class
 * path with a {@code META-INF/services/io.dpostream.judge.JudgeFactory} adds a type.
 *
 * @param <O> the record of the type's options, each with its {@link io.dpostream.settings.Doc} and
 *     {@link io.dpostream.settings.Default}; its constructor refuses what cannot be
 */
public interface JudgeFactory<O extends Record> {
  /** The type's name in the configuration. */
  String name();

  /** The record that the judge's options are read into. */
  Class<O> optionsType();

  /**
   * Makes a judge.
   *
   * @param path where its options stand in the configuration, for judges that hold another judge
   * @throws io.dpostream.settings.InvalidSettingException when the judge cannot be made with these
   *     options; its message begins with the key, and the caller puts the path before it
   */
  Judge create(O options, String path);
}
