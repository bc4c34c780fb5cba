package io.dpostream.policy.text.jinja;

/**
 * Text marked as safe by {@code |safe}. It prints as it is, but plain text that is joined to it is
 * escaped for HTML, as markupsafe does even where nothing else is escaped.
 */
record Markup(String text) {

  /** A value's text, escaped unless it is safe. */
  static String escaped(Object value) {
    return value instanceof Markup markup ? markup.text() : escape(PyValues.text(value));
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace(">", "&gt;")
        .replace("<", "&lt;")
        .replace("'", "&#39;")
        .replace("\"", "&#34;");
  }
}
