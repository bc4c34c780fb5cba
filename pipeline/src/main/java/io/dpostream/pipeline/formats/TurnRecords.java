package io.dpostream.pipeline.formats;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dpostream.policy.text.ChatJson;
import io.dpostream.policy.text.ChatMessage;
import io.dpostream.policy.text.Conversation;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.Message;
import java.util.List;

/** Converts turns between records and what a chat template takes. */
final class TurnRecords {
  private static final ObjectMapper JSON = new ObjectMapper();

  private TurnRecords() {}

  static Message message(ChatMessage turn) {
    return Message.newBuilder()
        .setRole(turn.role())
        .setContent(turn.content())
        .setFields(ChatJson.fields(turn))
        .build();
  }

  static List<ChatMessage> turns(List<Message> messages) {
    return messages.stream().map(TurnRecords::turn).toList();
  }

  /**
   * Makes the conversation of a prompt.
   *
   * @param templateInputs of its record
   */
  static Conversation conversation(List<Message> messages, String templateInputs) {
    return new Conversation(turns(messages), ChatJson.variables(templateInputs));
  }

  /** The turns of an answer; text alone is one turn of the assistant's. */
  static List<Message> answer(Completion answer) {
    return answer.getMessages().isEmpty()
        ? List.of(Fields.message("assistant", answer.getText()))
        : answer.getMessages();
  }

  /** Whether an answer is one text, which its turn's role and content say whole. */
  static boolean isText(List<Message> answer) {
    return answer.size() == 1 && answer.get(0).getFields().isEmpty();
  }

  /** Parses an object that a record holds as JSON. */
  static ObjectNode object(String json) {
    try {
      return (ObjectNode) JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("a record holds no JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static ChatMessage turn(Message message) {
    return ChatJson.message(message.getRole(), message.getContent(), message.getFields());
  }
}
