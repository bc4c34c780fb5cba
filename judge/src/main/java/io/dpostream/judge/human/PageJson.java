package io.dpostream.judge.human;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dpostream.judge.Side;
import io.dpostream.judge.human.Progress.Agreement;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.FinishReason;
import io.dpostream.schemas.Message;
import io.dpostream.schemas.Prompt;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The JSON that the judging page receives. Nothing in it says which policy wrote what. */
final class PageJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private PageJson() {}

  /** A person's turn: progress, and the task if there is one. */
  static ObjectNode turn(
      String annotator, String guidelines, Progress progress, Optional<Task> task, Instant now) {
    ObjectNode node =
        JSON.createObjectNode().put("annotator", annotator).put("guidelines", guidelines);
    node.set("progress", progress(progress));
    task.ifPresent(t -> node.set("task", task(t, now)));
    return node;
  }

  static ObjectNode progress(Progress progress) {
    ObjectNode node =
        JSON.createObjectNode().put("voted", progress.voted()).put("open", progress.open());
    node.set("people", agreement(progress.people()));
    node.set("machines", agreement(progress.machines()));
    return node;
  }

  /** A sentence for the person. */
  static ObjectNode message(String text) {
    return JSON.createObjectNode().put("message", text);
  }

  private static ObjectNode agreement(Agreement agreement) {
    return JSON.createObjectNode()
        .put("compared", agreement.compared())
        .put("agreed", agreement.agreed());
  }

  private static ObjectNode task(Task task, Instant now) {
    Side left = task.left();
    ObjectNode node =
        JSON.createObjectNode()
            .put("pair", task.comparison().pairId())
            .put("attempt", task.attempt())
            .put("lease_ms", Duration.between(now, task.leaseEnds()).toMillis());
    task.earlier().ifPresent(e -> node.put("earlier", Choice.of(e, left).label()));
    node.set("prompt", prompt(task.comparison().prompt()));
    node.set("left", answer(task.comparison().completion(left)));
    node.set("right", answer(task.comparison().completion(left.other())));
    return node;
  }

  private static ArrayNode prompt(Prompt prompt) {
    ArrayNode turns = JSON.createArrayNode();
    prompt
        .getText()
        .ifPresentOrElse(
            text -> turns.addObject().put("role", "").put("text", text),
            () -> {
              for (Message message : prompt.getMessages()) {
                turns.addObject().put("role", message.getRole()).put("text", message.getContent());
              }
            });
    return turns;
  }

  private static ObjectNode answer(Completion completion) {
    return JSON.createObjectNode()
        .put("text", completion.getText())
        .put("cut", completion.getFinishReason() == FinishReason.LENGTH);
  }
}
