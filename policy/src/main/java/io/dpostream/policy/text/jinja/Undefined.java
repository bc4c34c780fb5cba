package io.dpostream.policy.text.jinja;

/**
 * The value of a name or attribute that does not exist. It prints as nothing and is false and
 * empty; any other use fails.
 *
 * @param reason the error of any other use
 */
record Undefined(String reason) {

  static Undefined name(String name) {
    return new Undefined("'" + name + "' is undefined");
  }

  static Undefined attribute(Object object, Object name) {
    return new Undefined(
        name instanceof String
            ? "'%s' has no attribute '%s'".formatted(PyValues.described(object), name)
            : "%s has no element %s".formatted(PyValues.described(object), PyValues.repr(name)));
  }

  TemplateException failure() {
    return new TemplateException(reason);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Undefined;
  }

  @Override
  public int hashCode() {
    return 0;
  }
}
