package io.dpostream.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ConnectionWatchTest {
  @Test
  void shouldNameAddressAndReasonOfWhatCannotBeReached() throws Exception {
    int nobody;
    try (ServerSocket socket = new ServerSocket(0)) {
      nobody = socket.getLocalPort();
    }
    ListAppender<ILoggingEvent> seen = new ListAppender<>();
    Logger logger = (Logger) LoggerFactory.getLogger(ConnectionWatch.class);
    logger.setLevel(Level.WARN);
    logger.addAppender(seen);
    seen.start();
    String broker = "127.0.0.1:" + nobody;
    try (ConnectionWatch watch =
        ConnectionWatch.start(new KafkaSettings(broker, "http://" + broker, "", Map.of()))) {
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () -> {
                List<String> lines =
                    List.copyOf(seen.list).stream()
                        .map(ILoggingEvent::getFormattedMessage)
                        .toList();
                assertThat(lines)
                    .anyMatch(
                        line ->
                            line.startsWith(
                                "Kafka at " + broker + " cannot be reached: Connection refused"))
                    .anyMatch(
                        line ->
                            line.startsWith(
                                "the schema registry at http://" + broker + " cannot be reached"));
              });
      assertThat(watch).isNotNull();
    } finally {
      logger.detachAppender(seen);
    }
  }
}
