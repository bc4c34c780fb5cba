package io.dpostream.policy.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Execution(ExecutionMode.CONCURRENT)
class JinjaTemplateTest {
  private static final Clock NEW_YEARS_EVE =
      Clock.fixed(Instant.parse("2024-12-31T08:05:09Z"), ZoneOffset.UTC);

  /** Expected texts: transformers 5.23 with the same variables. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      quoteCharacter = '`',
      value = {
        "{% if not x is defined %}A{% else %}B{% endif %} ¦ A",
        "{% if not messages[0]['role'] == 'system' %}A{% else %}B{% endif %} ¦ A",
        "{% if not messages is none %}A{% else %}B{% endif %} ¦ A",
        "{% if tools is not none %}T{% else %}N{% endif %} ¦ N",
        "{% set ns = namespace(i=messages|length - 1) %}{{ ns.i }} ¦ 0",
        "{% set ns = namespace(a='x' + 'y') %}{{ ns.a }} ¦ xy",
        "{{ 'a.b'.split('.')[0] }} ¦ a",
        "{{ 'a|b'.split('|')|length }} ¦ 2",
        "{{ true }}{{ none }} ¦ TrueNone",
        "{{ {'a': [1, true, none]}|tojson }} ¦ {\"a\": [1, true, null]}",
        "{% for m in messages[::-1] %}{{ m.role }}{% endfor %} ¦ user",
        "{% generation %}x{% endgeneration %} ¦ x",
        "{{ strftime_now('%d %b %Y %H:%M:%S') }} ¦ 31 Dec 2024 08:05:09",
        "{{ 'a' ~ 1 ~ true }} ¦ a1True",
        "{{ messages|map(attribute='role')|join(',') }} ¦ user",
        "{{ messages }} ¦ [{'role': 'user', 'content': 'Hi'}]",
        "{% if messages|selectattr('role', 'equalto', 'system') %}G{% endif %} ¦ G",
        "{{ '<' ~ ('a'|safe) }}{{ '<' + ('a'|safe) }} ¦ <a&lt;a",
        "{% for i in [1, 2] %}{% with a=i %}{% if a == 2 %}{% break %}{% endif %}{% endwith %}B{% endfor %} ¦ B",
        "{{ range(1000000000000, 1000000000002)|list }} ¦ [1000000000000, 1000000000001]",
        "{{ 1.0 // 0.1 }} {{ -1.5 // 1.0 }} {{ 1.5|round(2147483647) }} ¦ 9.0 -2.0 1.5",
        "{{ 'ŉx'|capitalize }} {{ 'x'.zfill(10002)|length }} ¦ ʼNx 10002",
        "{{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }} ¦ 3 -4 2 3.5",
        "{{ 1e16 }} {{ 0.1 + 0.2 }} {{ 1e-5 }} {{ 100000.0 }} ¦ 1e+16 0.30000000000000004 1e-05 100000.0",
      })
  void shouldRenderAsPythonDoes(String template, String expected) {
    assertThat(render(template)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      quoteCharacter = '`',
      value = {
        "{{ 'Hi' + eos_token }} ¦ 'eos_token' is undefined",
        "{{ messages[0].name + 'x' }} ¦ 'dict object' has no attribute 'name'",
        "{{ messages[5]['content'] }} ¦ list object has no element 5",
        "{{ messages[0].pop('role') }} ¦ unsafe",
        "{{ ''.__class__ }} ¦ unsafe",
        "{{ 'x' | urlize }} ¦ the filter 'urlize' is not supported",
        "{{ 'x'.translate(1) }} ¦ the method translate of str is not supported",
        "{% include 'x' %} ¦ the statement 'include' is not supported",
        "{% set true = 1 %} ¦ 'true' cannot be assigned to",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }} ¦ maximum recursion depth exceeded",
        "{% set ns = namespace(x='ab') %}{% for i in range(40) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %} ¦ a text or list is longer than",
        "{% set ns = namespace(x=9) %}{% for i in range(40) %}{% set ns.x = ns.x * ns.x %}{% endfor %} ¦ a number is too large",
        "{{ 'a'|indent(2000000000) }} ¦ a text or list is longer than",
        "{{ [1]|tojson(indent=2000000000) }} ¦ a text or list is longer than",
        "{{ [1]|batch(2147483647, 'x')|list }} ¦ a text or list is longer than",
        "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %} ¦ come to an end",
        "{% for i in [1] %}{% generation %}{% break %}{% endgeneration %}{% endfor %} ¦ break outside of a loop",
        "{% for i in range(100001) %}{% endfor %} ¦ a range is longer than 100000",
      })
  void shouldRefuseByName(String template, String message) {
    assertThatThrownBy(() -> render(template))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining(message);
  }

  @Test
  void shouldNameTheLine() {
    assertThatThrownBy(() -> render("a\n{% if true %}\n\n{{ no.such }}\n{% endif %}"))
        .isInstanceOfSatisfying(TemplateException.class, e -> assertThat(e.line()).hasValue(4));
    assertThatThrownBy(() -> render("a\n\n{% if"))
        .isInstanceOfSatisfying(TemplateException.class, e -> assertThat(e.line()).hasValue(3));
  }

  @Test
  void shouldRefuseWhatIsNestedTooDeeply() {
    assertThatThrownBy(() -> render("{{ " + "(".repeat(100_000) + " }}"))
        .isInstanceOf(TemplateException.class);
    assertThatThrownBy(() -> render("{{ " + "not ".repeat(1_000_000) + "1 }}"))
        .isInstanceOf(TemplateException.class);
  }

  private static String render(String template) {
    Map<String, @Nullable Object> variables = new HashMap<>();
    variables.put("messages", List.of(message("user", "Hi")));
    variables.put("tools", null);
    return JinjaTemplate.parse(template, NEW_YEARS_EVE).render(variables);
  }

  private static Map<String, Object> message(String role, String content) {
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("role", role);
    message.put("content", content);
    return message;
  }
}
