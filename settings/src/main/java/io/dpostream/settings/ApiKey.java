package io.dpostream.settings;

/** The secret that an endpoint asks for. It stands in the request's header and in no other text. */
public final class ApiKey {
  private final String secret;

  /**
   * A key without the white space around it, which an environment file easily adds.
   *
   * @throws IllegalArgumentException when a header cannot carry it; the message does not hold it
   */
  public ApiKey(String secret) {
    this.secret = secret.strip();
    if (this.secret.isEmpty() || !this.secret.chars().allMatch(c -> c > ' ' && c <= '~')) {
      throw new IllegalArgumentException("a key is one word of visible ASCII characters");
    }
  }

  /** The value of {@code Authorization}. */
  public String authorization() {
    return "Bearer " + secret;
  }

  /** A text with *** wherever it holds the key. */
  public String redact(String text) {
    return text.replace(secret, "***");
  }

  @Override
  public String toString() {
    return "***";
  }
}
