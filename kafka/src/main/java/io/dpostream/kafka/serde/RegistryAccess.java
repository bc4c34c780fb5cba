package io.dpostream.kafka.serde;

import static io.dpostream.kafka.serde.SerdeConfig.REGISTRY_URL;

import io.dpostream.settings.Secrets;
import io.dpostream.settings.UserException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a registry is and how to sign in there, by Confluent's keys: {@code schema.registry.url},
 * {@code basic.auth.credentials.source} ({@code URL}, the default, or {@code USER_INFO}), {@code
 * basic.auth.user.info}, {@code bearer.auth.credentials.source} ({@code STATIC_TOKEN}) and {@code
 * bearer.auth.token}, each with or without {@code schema.registry.} before it.
 *
 * @param addresses of instances that serve the same schemas, without user or password
 * @param authorization value of the header of that name
 */
record RegistryAccess(List<URI> addresses, Optional<String> authorization) {
  private static final String PREFIX = "schema.registry.";
  private static final String BASIC_SOURCE = "basic.auth.credentials.source";
  private static final String USER_INFO = "basic.auth.user.info";
  private static final String BEARER_SOURCE = "bearer.auth.credentials.source";
  private static final String TOKEN = "bearer.auth.token";

  /** Keys that Confluent's serializers follow and ours do not; ignored, they would mislead. */
  private static final List<String> UNSUPPORTED =
      List.of(
          "bearer.auth.",
          "basic.auth.",
          PREFIX,
          "proxy.host",
          "proxy.port",
          "key.subject.name.strategy",
          "value.subject.name.strategy",
          "use.schema.id",
          "normalize.schemas",
          "rule.executors",
          "id.compatibility.strict",
          "latest.compatibility.strict");

  private static final List<String> SUPPORTED =
      List.of(REGISTRY_URL, BASIC_SOURCE, USER_INFO, BEARER_SOURCE, TOKEN);

  RegistryAccess {
    addresses = List.copyOf(addresses);
  }

  static RegistryAccess from(Map<String, ?> config) {
    config.keySet().forEach(RegistryAccess::refuseUnsupported);
    List<URI> given = addresses(config.get(REGISTRY_URL));
    return new RegistryAccess(
        given.stream().map(RegistryAccess::withoutUser).toList(), authorization(config, given));
  }

  private static void refuseUnsupported(String key) {
    String plain = plain(key);
    if (!SUPPORTED.contains(key)
        && !SUPPORTED.contains(plain)
        && UNSUPPORTED.stream()
            .anyMatch(start -> key.startsWith(start) || plain.startsWith(start))) {
      throw new UserException(
          key
              + ": has no effect with the serializers that are built in; remove it, or use"
              + " Confluent's (a build with -Pconfluent)");
    }
  }

  private static String plain(String key) {
    return key.startsWith(PREFIX) ? key.substring(PREFIX.length()) : key;
  }

  private static List<URI> addresses(@Nullable Object urls) {
    if (!(urls instanceof String text) || text.isBlank()) {
      throw new UserException(REGISTRY_URL + ": not set; give the schema registry's address");
    }
    return Arrays.stream(text.split(",")).map(String::strip).map(RegistryAccess::address).toList();
  }

  private static URI address(String url) {
    try {
      URI address = new URI(url.replaceAll("/+$", ""));
      if (address.getHost() != null && String.valueOf(address.getScheme()).matches("https?")) {
        return address;
      }
    } catch (URISyntaxException e) {
      // told below, without the exception's text: it repeats the address and a password in it
    }
    throw new UserException(
        "%s: '%s' is not an http address, such as http://localhost:8081, or several with commas"
            .formatted(REGISTRY_URL, Secrets.withoutUser(url)));
  }

  private static URI withoutUser(URI url) {
    return URI.create(Secrets.withoutUser(url.toString()));
  }

  private static Optional<String> authorization(Map<String, ?> config, List<URI> addresses) {
    String source = value(config, BASIC_SOURCE).orElse("URL");
    Optional<String> bearer = value(config, BEARER_SOURCE);
    Optional<String> userInfo =
        addresses.stream().map(URI::getUserInfo).filter(u -> u != null).findFirst();
    if (bearer.isPresent()) {
      require(BEARER_SOURCE, bearer.get(), List.of("STATIC_TOKEN"));
      return Optional.of("Bearer " + present(config, TOKEN, BEARER_SOURCE, bearer.get()));
    }
    refuseAlone(config, TOKEN, BEARER_SOURCE, "STATIC_TOKEN");
    require(BASIC_SOURCE, source, List.of("URL", "USER_INFO"));
    if (source.equals("USER_INFO")) {
      return Optional.of(basic(present(config, USER_INFO, BASIC_SOURCE, source)));
    }
    refuseAlone(config, USER_INFO, BASIC_SOURCE, "USER_INFO");
    return userInfo.map(RegistryAccess::basic);
  }

  private static String basic(String userInfo) {
    return "Basic " + Base64.getEncoder().encodeToString(userInfo.getBytes(StandardCharsets.UTF_8));
  }

  private static Optional<String> value(Map<String, ?> config, String key) {
    Object value = config.containsKey(key) ? config.get(key) : config.get(PREFIX + key);
    return Optional.ofNullable(value).map(String::valueOf).filter(v -> !v.isBlank());
  }

  private static String present(Map<String, ?> config, String key, String source, String value) {
    return value(config, key)
        .orElseThrow(() -> new UserException(key + ": is missing; " + source + " is " + value));
  }

  private static void refuseAlone(Map<String, ?> config, String key, String source, String value) {
    if (value(config, key).isPresent()) {
      throw new UserException(key + ": has no effect unless " + source + " is " + value);
    }
  }

  private static void require(String key, String value, List<String> allowed) {
    if (!allowed.contains(value)) {
      throw new UserException(
          "%s: '%s' is not supported with the serializers that are built in; use one of %s, or"
                  .formatted(key, value, allowed)
              + " Confluent's serializers (a build with -Pconfluent)");
    }
  }
}
