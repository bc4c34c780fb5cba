package io.dpostream.pipeline.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dpostream.files.RowRefusedException;
import io.dpostream.pipeline.formats.SftRow.Text;
import io.dpostream.pipeline.formats.SftRow.Turns;
import io.dpostream.schemas.Message;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SftRowTest {
  private static final String SKY = "{'role': 'user', 'content': 'Sky?'}";
  private static final String BLUE = "{'role': 'assistant', 'content': 'Blue.'}";
  private static final String RED = "{'role': 'assistant', 'content': 'Red.'}";
  private static final Turns ANSWERED =
      new Turns(List.of(turn("user", "Sky?")), List.of(turn("assistant", "Blue.")));

  @Test
  void shouldReadPromptAndCompletion() {
    assertThat(parse("{'prompt': 'Once', 'completion': ' more'}"))
        .containsExactly(new Text("Once", " more"));
    assertThat(parse("{'prompt': [" + SKY + "], 'completion': [" + BLUE + "]}"))
        .containsExactly(ANSWERED);
  }

  @Test
  void shouldLearnEachAnswerOfADialogueFromWhatWasSaidBefore() {
    Message system = turn("system", "Be brief.");
    Message sky = turn("user", "Sky?");
    Message blue = turn("assistant", "Blue.");
    String dialogue =
        "[{'role': 'system', 'content': 'Be brief.'}, %s, %s, {'role': 'user', 'content': 'Why?'},"
            + " {'role': 'assistant', 'content': 'Light'}, {'role': 'assistant', 'content': 'scatters.'},"
            + " {'role': 'user', 'content': 'Thanks.'}]";

    assertThat(parse("{'messages': " + dialogue.formatted(SKY, BLUE) + "}"))
        .containsExactly(
            new Turns(List.of(system, sky), List.of(blue)),
            new Turns(
                List.of(system, sky, blue, turn("user", "Why?")),
                List.of(turn("assistant", "Light"), turn("assistant", "scatters."))));
    assertThat(parse("{'prompt': 'Sky?', 'messages': [" + SKY + ", " + BLUE + "]}"))
        .containsExactly(ANSWERED);
    // a greeting answers nothing
    assertThat(parse("{'messages': [" + RED + ", " + SKY + ", " + BLUE + "]}"))
        .containsExactly(
            new Turns(
                List.of(turn("assistant", "Red."), sky), List.of(turn("assistant", "Blue."))));
  }

  @Test
  void shouldReadShareGptDialogues() {
    assertThat(
            parse(
                "{'conversations': [{'from': 'human', 'value': 'Sky?'},"
                    + " {'from': 'gpt', 'value': 'Blue.'}]}"))
        .containsExactly(ANSWERED);
  }

  @Test
  void shouldTakeTheChosenSideOfEveryPreference() {
    assertThat(parse("{'prompt': 'a', 'chosen': 'b', 'rejected': 'c'}"))
        .containsExactly(new Text("a", "b"));
    assertThat(parse("{'prompt': 'a', 'chosen': 'b'}")).containsExactly(new Text("a", "b"));
    assertThat(parse("{'chosen': 'The sky is blue.', 'rejected': 'The sky is green.'}"))
        .containsExactly(new Text("The sky is", " blue."));
    String dialogues =
        "'chosen': [" + SKY + ", " + BLUE + "], 'rejected': [" + SKY + ", " + RED + "]}";
    assertThat(parse("{" + dialogues)).containsExactly(ANSWERED);
    assertThat(parse("{'prompt': 'Sky?', " + dialogues)).containsExactly(ANSWERED);
    assertThat(
            parse(
                "{'conversations': [{'from': 'human', 'value': 'Sky?'}],"
                    + " 'chosen': {'from': 'gpt', 'value': 'Blue.'},"
                    + " 'rejected': {'from': 'gpt', 'value': 'Red.'}}"))
        .containsExactly(ANSWERED);
    String transcript = "'\\n\\nHuman: Sky?\\n\\nAssistant: %s'";
    assertThat(
            parse(
                "{'chosen': %s, 'rejected': %s}"
                    .formatted(transcript.formatted("Blue."), transcript.formatted("Blood."))))
        .containsExactly(new Text("\n\nHuman: Sky?\n\nAssistant:", " Blue."));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'prompt': 'a'} | needs prompt and completion, messages, or a preference with chosen and rejected; there is prompt",
        "{'text': 'a'} | needs prompt and completion, messages, or a preference with chosen and rejected; there is text",
        "{'completion': 'a'} | prompt is missing",
        "{'prompt': 'a', 'completion': []} | prompt and completion are not both text or both messages",
        "{'prompt': [], 'completion': []} | prompt is empty",
        "{'prompt': 'a', 'completion': ' '} | completion is empty",
        "{'prompt': [{'role': 'user'}], 'completion': [{}]} | prompt has a message without role and content as text",
        "{'messages': [{'role': 'user', 'content': 'a'}]} | messages has no answer of the assistant to anything",
        "{'messages': []} | messages has no answer of the assistant to anything",
        "{'conversations': [{'from': 'human', 'value': 'a'}]} | conversations has no answer of the assistant to anything",
        "{'chosen': 'a'} | rejected is missing; there is chosen",
      })
  void shouldRefuseWhatHoldsNothingToLearn(String row, String reason) {
    assertThatExceptionOfType(RowRefusedException.class)
        .isThrownBy(() -> parse(row))
        .withMessage(reason);
  }

  private static List<SftRow> parse(String row) {
    try {
      return SftRow.parse(new ObjectMapper().readTree(row.replace('\'', '"')));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static Message turn(String role, String content) {
    return Fields.message(role, content);
  }
}
