package io.dpostream.kafka.serde;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Asks whether a schema registry answers, and nothing else. Thread-safe. */
public final class RegistryProbe {
  private final RegistryAccess access;
  private final Duration limit;
  private final HttpClient http;

  /**
   * Creates a probe.
   *
   * @param urls addresses, with commas between several
   * @param limit of one question
   */
  public RegistryProbe(String urls, Duration limit) {
    this.access = RegistryAccess.from(Map.of(SerdeConfig.REGISTRY_URL, urls));
    this.limit = limit;
    this.http =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(limit).build();
  }

  /** Its addresses, without user and password. */
  public String address() {
    return access.addresses().stream().map(URI::toString).collect(Collectors.joining(","));
  }

  /** Why no instance answers, if none does. */
  public Optional<String> problem() throws InterruptedException {
    Optional<String> problem = Optional.empty();
    for (URI address : access.addresses()) {
      problem = problem(address);
      if (problem.isEmpty()) {
        return problem;
      }
    }
    return problem;
  }

  private Optional<String> problem(URI address) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address + "/schemas/types")).timeout(limit).build();
    try {
      int status = http.send(request, BodyHandlers.discarding()).statusCode();
      return status / 100 == 5 ? Optional.of("status " + status) : Optional.empty();
    } catch (IOException e) {
      return Optional.of(e.getMessage() == null ? "connection refused" : e.getMessage());
    }
  }
}
