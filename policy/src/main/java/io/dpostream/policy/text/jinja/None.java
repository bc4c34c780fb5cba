package io.dpostream.policy.text.jinja;

/** Python's None. */
enum None {
  NONE
}
