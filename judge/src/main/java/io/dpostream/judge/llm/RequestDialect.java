package io.dpostream.judge.llm;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which request parameters an endpoint accepts. Endpoints reject what they do not support, so the
 * first request uses everything, and each refusal drops one parameter.
 *
 * @param format how the model is told to answer
 * @param adapts whether a weaker format may be tried
 * @param tokenLimit the parameter that limits the answer
 * @param temperature whether a temperature is sent; reasoning models have one of their own
 * @param systemRole whether instructions are a message of their own; else they open the user's
 */
record RequestDialect(
    AnswerFormat format,
    boolean adapts,
    String tokenLimit,
    boolean temperature,
    boolean systemRole) {

  private static final String MAX_TOKENS = "max_tokens";
  private static final String MAX_COMPLETION_TOKENS = "max_completion_tokens";

  /** What endpoints and the libraries behind them call the format or a part of it. */
  private static final Pattern FORMAT =
      Pattern.compile(
          "response.?(format|schema|mime)|json.?(schema|object|mode)|additional.?properties"
              + "|structured.?output|guided|grammar|output.?(format|config)|schema");

  /** Gemma's templates, and the endpoints that serve them, know no instructions. */
  private static final Pattern SYSTEM_ROLE =
      Pattern.compile(
          "\\bsystem.{0,3}(role|message|prompt|instruction|turn)|role.{0,3}\\bsystem\\b|developer instruction|must alternate");

  /** That a parameter is refused, and not merely mentioned. */
  private static final Pattern REFUSED =
      Pattern.compile(
          "\\b(not|no|un|isn't|aren't|doesn't|don't|cannot|can't|only)\\b|unsupported|unknown"
              + "|unrecogni|unexpected|unavailable|invalid|must\\b|forbidden|illegal");

  /** The one to begin with. */
  static RequestDialect of(LlmJudgeOptions config) {
    Optional<AnswerFormat> only = config.responseFormat().only();
    return new RequestDialect(
        only.orElse(AnswerFormat.JSON_SCHEMA), only.isEmpty(), MAX_TOKENS, true, true);
  }

  /** The one to try after a refusal with this body; empty where it names nothing to leave off. */
  Optional<RequestDialect> after(String refusal) {
    String said = refusal.toLowerCase(Locale.ROOT);
    if (tokenLimit.equals(MAX_TOKENS) && said.contains(MAX_COMPLETION_TOKENS)) {
      return Optional.of(limitedByCompletionTokens());
    }
    if (temperature && said.contains("temperature")) {
      return Optional.of(withoutTemperature());
    }
    if (refusesFormat(refusal)) {
      return weakerFormat();
    }
    return systemRole && SYSTEM_ROLE.matcher(said).find()
        ? Optional.of(withoutSystemRole())
        : Optional.empty();
  }

  /**
   * The ones to try after a refusal that names nothing: with one parameter less, then with none.
   */
  List<RequestDialect> alternatives() {
    List<RequestDialect> all = new ArrayList<>();
    Stream.iterate(
            weakerFormat(), Optional::isPresent, f -> f.flatMap(RequestDialect::weakerFormat))
        .forEach(weaker -> all.add(weaker.orElseThrow()));
    all.add(withoutTemperature());
    all.add(withoutSystemRole());
    all.add(limitedByCompletionTokens());
    AnswerFormat weakest = adapts ? AnswerFormat.TEXT : format;
    all.add(new RequestDialect(weakest, adapts, tokenLimit, false, false));
    return List.copyOf(all);
  }

  /** Whether a refusal with this body is about the format. */
  boolean refusesFormat(String refusal) {
    return format != AnswerFormat.TEXT && FORMAT.matcher(refusal.toLowerCase(Locale.ROOT)).find();
  }

  /** Whether a text says that something is refused. */
  static boolean isRefusal(String body) {
    return REFUSED.matcher(body.toLowerCase(Locale.ROOT)).find();
  }

  /** What it leaves off of another one, for the log. */
  String without(RequestDialect fuller) {
    List<String> changes = new ArrayList<>();
    if (format != fuller.format) {
      changes.add(
          format == AnswerFormat.TEXT
              ? "without a response_format"
              : "with response_format " + format.name().toLowerCase(Locale.ROOT));
    }
    if (temperature != fuller.temperature) {
      changes.add("without a temperature");
    }
    if (systemRole != fuller.systemRole) {
      changes.add("with its instructions in the user's turn");
    }
    if (!tokenLimit.equals(fuller.tokenLimit)) {
      changes.add("with " + tokenLimit);
    }
    return String.join(", ", changes);
  }

  private Optional<RequestDialect> weakerFormat() {
    return adapts
        ? format
            .weaker()
            .map(weaker -> new RequestDialect(weaker, true, tokenLimit, temperature, systemRole))
        : Optional.empty();
  }

  private RequestDialect withoutTemperature() {
    return new RequestDialect(format, adapts, tokenLimit, false, systemRole);
  }

  private RequestDialect withoutSystemRole() {
    return new RequestDialect(format, adapts, tokenLimit, temperature, false);
  }

  private RequestDialect limitedByCompletionTokens() {
    return new RequestDialect(format, adapts, MAX_COMPLETION_TOKENS, temperature, systemRole);
  }
}
