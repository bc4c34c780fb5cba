package io.dpostream.pipeline.dashboard;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dpostream.judge.stats.Agreement;
import io.dpostream.judge.stats.JudgeReport;
import io.dpostream.judge.stats.PositionBias;
import io.dpostream.pipeline.progress.Progress;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.Vote;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** Writes a run as JSON for the dashboard's page; missing numbers are null. */
final class RunJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private RunJson() {}

  static ObjectNode of(String runId, Progress progress, RunHistory history) {
    ObjectNode node = JSON.createObjectNode().put("run", runId);
    node.set("progress", progress(progress));
    node.set("steps", steps(history));
    ArrayNode winRates = node.putArray("win_rates");
    history
        .measured()
        .forEach(
            m ->
                winRates
                    .addObject()
                    .put("step", m.step())
                    .put("rate", m.winRate().rate())
                    .put("low", m.winRate().interval().low())
                    .put("high", m.winRate().interval().high()));
    ArrayNode versions = node.putArray("versions");
    history.versions().forEach(v -> versions.add(version(v)));
    ArrayNode preferences = node.putArray("preferences");
    history.preferences().forEach(p -> preferences.add(preference(p)));
    ArrayNode judges = node.putArray("judges");
    history.judges().forEach(j -> judges.add(judge(j)));
    return node;
  }

  private static ObjectNode progress(Progress p) {
    ObjectNode node =
        JSON.createObjectNode()
            .put("step", p.step())
            .put("sampled", p.sampled())
            .put("decided", p.decided())
            .put("waiting", p.waiting())
            .put("judgments", p.judgments())
            .put("preferences", p.preferences())
            .put("published", p.published());
    p.version().ifPresent(v -> node.put("version", v.number()));
    ObjectNode outcomes = node.putObject("outcomes");
    new TreeMap<>(p.outcomes()).forEach((kind, count) -> outcomes.put(kind.name(), count));
    return node;
  }

  /** Writes one array for each chart, all of the same length. */
  private static ObjectNode steps(RunHistory history) {
    ObjectNode node = JSON.createObjectNode();
    series(node, "step", history, StepSeries.Point::step);
    series(node, "loss", history, StepSeries.Point::loss);
    series(node, "margin", history, point -> point.metric("rewards/margins"));
    series(node, "accuracy", history, point -> point.metric("rewards/accuracies"));
    series(node, "kl", history, point -> point.metric("kl"));
    series(node, "staleness", history, point -> point.metric("staleness"));
    return node;
  }

  private static void series(
      ObjectNode node, String name, RunHistory history, ToDoubleFunction<StepSeries.Point> value) {
    ArrayNode array = node.putArray(name);
    history.steps().forEach(point -> add(array, value.applyAsDouble(point)));
  }

  private static void add(ArrayNode array, double value) {
    if (Double.isFinite(value)) {
      array.add(value);
    } else {
      array.addNull();
    }
  }

  private static ObjectNode version(PolicyVersion v) {
    return JSON.createObjectNode()
        .put("version", v.getVersion())
        .put("step", v.getStep())
        .put("sha256", v.getSha256())
        .put("published_at", v.getPublishedAt().toEpochMilli());
  }

  private static ObjectNode preference(Preference p) {
    ObjectNode node =
        JSON.createObjectNode()
            .put("chosen", p.getChosen().getText())
            .put("rejected", p.getRejected().getText())
            .put("probability", p.getProbability())
            .put("version", p.getPolicyVersion())
            .put("revision", p.getRevision());
    StringBuilder prompt = new StringBuilder(p.getPrompt().getText().orElse(""));
    p.getPrompt().getMessages().forEach(m -> prompt.append(m.getContent()).append('\n'));
    node.put("prompt", prompt.toString().strip());
    ArrayNode judges = node.putArray("judges");
    for (Vote vote : p.getVotes()) {
      judges.add(vote.getJudgeId() + vote.getAnnotatorId().map(a -> "/" + a).orElse(""));
    }
    return node;
  }

  private static ObjectNode judge(JudgeReport r) {
    ObjectNode node =
        JSON.createObjectNode()
            .put("judge", r.judge())
            .put("kind", r.kind().name())
            .put("judgments", r.judgments())
            .put("tie_rate", r.tieRate())
            .put("abstain_rate", r.abstainRate());
    put(node, "kappa_people", r.withPeople().map(Agreement::kappa));
    put(node, "kappa_majority", r.withMajority().map(Agreement::kappa));
    put(node, "position_bias", r.positionBias().map(PositionBias::rate));
    put(node, "error_rate", r.errorRate().map(e -> e.estimate()));
    r.latencyP50Ms().ifPresent(ms -> node.put("latency_ms", ms));
    put(node, "cost_usd", r.costUsd());
    return node;
  }

  private static void put(ObjectNode node, String name, Optional<Double> value) {
    value.filter(Double::isFinite).ifPresent(v -> node.put(name, v));
  }
}
