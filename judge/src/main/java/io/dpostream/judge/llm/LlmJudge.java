package io.dpostream.judge.llm;

import io.dpostream.judge.Comparison;
import io.dpostream.judge.Evidence;
import io.dpostream.judge.Judge;
import io.dpostream.judge.Side;
import io.dpostream.judge.Verdict;
import io.dpostream.schemas.JudgeKind;
import io.dpostream.schemas.ModelCall;
import io.dpostream.schemas.VerdictKind;
import io.dpostream.settings.Spelling;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Asks a language model about every pair twice, in both orders, and believes it only where the two
 * answers name the same completion. Where they name different ones the model judged the position
 * and not the text (Zheng et al. 2023, arXiv 2306.05685, section 3.4): that is a tie, and the two
 * calls in the evidence let it be counted as position bias.
 *
 * <p>An answer without a readable verdict makes the judge abstain, and so does one that was cut off
 * or refused by the model: half an answer ends with no verdict. So does a request that the endpoint
 * refuses for what it holds (too long, filtered). A failing endpoint fails the future.
 *
 * <p>Thread-safe; {@code max_concurrency} comparisons run at once, later ones wait in order.
 */
final class LlmJudge implements Judge {
  private final LlmJudgeOptions config;
  private final PairwisePrompt prompt;
  private final ResilientEndpoint endpoint;
  private final String version;
  private final ExecutorService workers;

  LlmJudge(LlmJudgeOptions config, PairwisePrompt prompt, ResilientEndpoint endpoint) {
    this.config = config;
    this.prompt = prompt;
    this.endpoint = endpoint;
    this.version = config.model() + "@" + prompt.name() + ":" + fingerprint(config, prompt);
    AtomicInteger number = new AtomicInteger();
    this.workers =
        Executors.newFixedThreadPool(
            config.maxConcurrency(),
            task -> {
              Thread thread = new Thread(task, "llm-judge-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Short hash over all that an answer and its verdict depend on. */
  private static String fingerprint(LlmJudgeOptions config, PairwisePrompt prompt) {
    Stream<Object> settings =
        Stream.of(
            config.chatCompletions(),
            config.model(),
            config.temperature(),
            config.maxTokens(),
            Spelling.of(config.responseFormat()),
            config.confidence(),
            prompt.sha256());
    Stream<Object> instructions = Stream.of(AnswerFormat.values()).map(AnswerFormat::instruction);
    return DigestUtils.sha256Hex(
            Stream.concat(settings, instructions)
                .map(Object::toString)
                .collect(Collectors.joining("\0")))
        .substring(0, 12);
  }

  @Override
  public JudgeKind kind() {
    return JudgeKind.LLM;
  }

  @Override
  public String version() {
    return version;
  }

  @Override
  public CompletableFuture<Verdict> compare(Comparison comparison) {
    ComparisonTask asking = new ComparisonTask(() -> askBothOrders(comparison));
    try {
      workers.execute(asking);
    } catch (RejectedExecutionException closed) {
      asking.cancel(false);
    }
    return asking.verdict();
  }

  /** By {@code timeout_ms} and {@code max_attempts} of each of the two calls. */
  @Override
  public boolean boundsItself() {
    return true;
  }

  /** Cancels what is under way and what waits. */
  @Override
  public void close() {
    workers.shutdownNow().forEach(waiting -> ((ComparisonTask) waiting).cancel(false));
  }

  private Verdict askBothOrders(Comparison comparison) {
    if (prompt.needsReference() && comparison.referenceAnswer().isEmpty()) {
      return new Verdict.Abstain(
          "the prompt has no reference answer, template " + prompt.name() + " needs one");
    }
    List<ModelCall> calls = new ArrayList<>();
    List<String> silences = new ArrayList<>();
    try {
      for (Side shownFirst : Side.values()) {
        ChatEndpoint.Completion answer = ask(comparison, shownFirst);
        calls.add(call(answer, shownFirst));
        if (answer.answer().isEmpty()) {
          silences.add(answer.silence());
        }
      }
    } catch (EndpointException e) {
      if (e.kind() == EndpointException.Kind.REQUEST_REFUSED) {
        return new Verdict.Abstain(String.valueOf(e.getMessage()), evidence(calls));
      }
      throw e;
    } catch (InterruptedException e) {
      throw new CancellationException("interrupted");
    }
    return silences.isEmpty()
        ? verdict(calls)
        : new Verdict.Abstain(silences.get(0), evidence(calls));
  }

  private ChatEndpoint.Completion ask(Comparison comparison, Side shownFirst)
      throws InterruptedException {
    PairwisePrompt.Rendered question =
        prompt.render(
            comparison.promptText(),
            comparison.text(shownFirst),
            comparison.text(shownFirst.other()),
            comparison.referenceAnswer());
    return endpoint.ask(question);
  }

  private static ModelCall call(ChatEndpoint.Completion answer, Side shownFirst) {
    return ModelCall.newBuilder()
        .setFirstShown(kind(shownFirst))
        .setVerdict(
            answer.answer().map(a -> inTermsOfThePair(a, shownFirst)).orElse(VerdictKind.ABSTAIN))
        .setRaw(answer.raw())
        .setPromptTokens(answer.promptTokens())
        .setCompletionTokens(answer.completionTokens())
        .setLatencyMs(answer.latencyMs())
        .build();
  }

  private static VerdictKind inTermsOfThePair(VerdictParser answer, Side shownFirst) {
    return switch (answer) {
      case A -> kind(shownFirst);
      case B -> kind(shownFirst.other());
      case TIE -> VerdictKind.TIE;
    };
  }

  private static VerdictKind kind(Side side) {
    return side == Side.FIRST ? VerdictKind.FIRST : VerdictKind.SECOND;
  }

  private Evidence evidence(List<ModelCall> calls) {
    long promptTokens = calls.stream().mapToLong(ModelCall::getPromptTokens).sum();
    long completionTokens = calls.stream().mapToLong(ModelCall::getCompletionTokens).sum();
    return new Evidence(
        Optional.empty(),
        Optional.empty(),
        calls,
        Optional.of(prompt.sha256()),
        Optional.of(config.costUsd(promptTokens, completionTokens)));
  }

  private Verdict verdict(List<ModelCall> calls) {
    VerdictKind given = calls.get(0).getVerdict();
    VerdictKind swapped = calls.get(1).getVerdict();
    Evidence evidence =
        evidence(calls)
            .withRationale(
                given == swapped
                    ? "both orders agree"
                    : given + " in the given order, " + swapped + " swapped");
    if (given != swapped || given == VerdictKind.TIE) {
      return new Verdict.Tie(evidence);
    }
    return new Verdict.Preferred(
        given == VerdictKind.FIRST ? Side.FIRST : Side.SECOND, config.confidence(), evidence);
  }
}
