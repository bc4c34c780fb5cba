package io.dpostream.policy.text.jinja;

/** A function that a template can call. */
@FunctionalInterface
interface Callable {
  Object call(Arguments arguments);
}
