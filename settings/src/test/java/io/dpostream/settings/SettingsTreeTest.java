package io.dpostream.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SettingsTreeTest {

  record Tool(String id, @Default("1") int size, @Flat Map<String, Object> options) {
    Tool {
      Require.atLeast("size", size, 1);
    }
  }

  record Box(@Default("[{id: saw}]") List<Tool> tools, Tool best, Optional<Double> weight) {}

  private static final Map<String, Object> BEST = Map.of("best", Map.of("id", "axe"));

  @Test
  void shouldGiveKeysThatNoOtherComponentTakesToAFlatMap() {
    Box box =
        SettingsTree.read(
            Map.of("tools", List.of(Map.of("id", "axe", "edge", 2)), "best", Map.of("id", "axe")),
            Box.class,
            "box");

    assertThat(box.tools()).containsExactly(new Tool("axe", 1, Map.of("edge", 2)));
    assertThat(SettingsTree.of(box.tools().get(0)).toString())
        .isEqualTo("{\"id\":\"axe\",\"size\":1,\"edge\":2}");
    record Root(Box box) {}
    assertThat(new SettingsReader<>(new Root(box)).set("box.best.edge=3").read().box().best())
        .isEqualTo(new Tool("axe", 1, Map.of("edge", 3)));
  }

  @Test
  void shouldNameTheWholePathOfWhatIsWrongInOpenKeysAndValues() {
    assertThatThrownBy(() -> SettingsTree.read(Map.of("bets", 1), Box.class, "box"))
        .isInstanceOf(UserException.class)
        .hasMessage("box.bets: no such key; known here: tools, best, weight");
    assertThatThrownBy(
            () -> SettingsTree.read(Map.of("tools", List.of(Map.of("size", 0))), Box.class, "box"))
        .hasMessage("box.tools[0].id: is missing; set it");
    assertThatThrownBy(
            () ->
                SettingsTree.read(
                    Map.of("tools", List.of(Map.of("id", "a", "size", 0))), Box.class, "box"))
        .isNotInstanceOf(InvalidSettingException.class) // nothing may be put before it any more
        .hasMessage("box.tools[0].size: 0 must be at least 1");
  }

  @Test
  void shouldTellWhatIsNotTheDefault() {
    assertThat(SettingsTree.changes(SettingsTree.read(BEST, Box.class, "box")).toString())
        .isEqualTo("{\"best\":{\"id\":\"axe\"}}");
    Map<String, Object> others =
        Map.of(
            "best",
            Map.of("id", "axe", "size", 2, "edge", 3),
            "tools",
            List.of(Map.of("id", "saw", "size", 1), Map.of("id", "axe")),
            "weight",
            2.5);
    assertThat(SettingsTree.changes(SettingsTree.read(others, Box.class, "box")).toString())
        .isEqualTo(
            "{\"tools\":[{\"id\":\"saw\"},{\"id\":\"axe\"}],"
                + "\"best\":{\"id\":\"axe\",\"size\":2,\"edge\":3},\"weight\":2.5}");
  }
}
