package io.dpostream.policy.text.jinja;

import java.util.Map;

/** A container of attributes that can be set from an inner scope. */
record Namespace(Map<String, Object> attributes) {}
