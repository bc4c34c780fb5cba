package io.dpostream.policy.text.jinja;

/**
 * What a name or an attribute stands for that is not there. It prints as nothing, is false and
 * empty; whatever else is done with it fails.
 *
 * @param reason the error of what else is done with it
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
