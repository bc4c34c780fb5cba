package io.dpostream.pipeline.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.FileAppender;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/** Directs log lines. By default, our own go to the terminal and libraries are silent. */
final class Logs {

  private static final String OWN = "io.dpostream";
  private static final String WITH_STACK_TRACES =
      "%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level [%thread] %logger{0} %msg%n";

  private Logs() {}

  /** Also writes everything, stack traces and libraries' warnings included, to a file. */
  static void toFile(Path file) {
    LoggerContext context = context();
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(WITH_STACK_TRACES);
    encoder.start();
    FileAppender<ILoggingEvent> appender = new FileAppender<>();
    appender.setContext(context);
    appender.setEncoder(encoder);
    appender.setFile(file.toString());
    appender.start();
    context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
  }

  /** Leaves the terminal to the command, so that only warnings appear there. */
  static void quietTerminal() {
    ThresholdFilter filter = new ThresholdFilter();
    filter.setLevel(Level.WARN.toString());
    filter.start();
    context().getLogger(OWN).getAppender("terminal").addFilter(filter);
  }

  /** Shows the libraries' log lines on the terminal, too. */
  static void verbose() {
    for (String library : new String[] {"org.apache", "ai.djl", "software.amazon"}) {
      Logger logger = context().getLogger(library);
      logger.setLevel(Level.INFO);
      logger.addAppender(context().getLogger(OWN).getAppender("terminal"));
    }
  }

  private static LoggerContext context() {
    return (LoggerContext) LoggerFactory.getILoggerFactory();
  }
}
