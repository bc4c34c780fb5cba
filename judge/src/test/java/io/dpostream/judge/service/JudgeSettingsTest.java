package io.dpostream.judge.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dpostream.judge.assembler.AssemblerConfig;
import io.dpostream.judge.human.HumanOptions;
import io.dpostream.judge.llm.LlmJudgeOptions;
import io.dpostream.judge.rewardmodel.RewardModelOptions;
import io.dpostream.judge.rule.CriterionOptions;
import io.dpostream.judge.rule.NoisyOptions;
import io.dpostream.judge.rule.RandomOptions;
import io.dpostream.judge.rule.ReferenceOptions;
import io.dpostream.judge.rule.RuleOptions;
import io.dpostream.settings.SettingsTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The defaults of every record of judges and assembler, and that each of its keys is read. */
class JudgeSettingsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Keys of which only one may be set, or only with another kind of criterion. */
  private static final List<String> EXCLUDED = List.of("annotators", "match", "pattern", "target");

  static Stream<Arguments> records() {
    return Stream.of(
        arguments(RandomOptions.class, "{}", "{'seed':0}", "{'seed':7}"),
        arguments(
            ReferenceOptions.class,
            "{}",
            "{'match':'auto','brevity':'correct','confidence':1.0}",
            "{'match':'exact','brevity':'off','confidence':0.75}"),
        arguments(
            NoisyOptions.class,
            "{'judge':{'type':'reference'}}",
            "{'judge':{'type':'reference'},'error_rate':0.2,'seed':0}",
            "{'judge':{'type':'random'},'error_rate':0.5,'seed':1}"),
        arguments(
            RuleOptions.class,
            "{'criteria':[{'kind':'json'}]}",
            """
            {'criteria':[{'kind':'json','weight':1.0,'margin':0.0,'required':false,'match':null,
              'pattern':null,'target':null,'list':[]}],
             'combine':'in_order','margin':0.0,'confidence':1.0,'by_tag':{}}""",
            """
            {'criteria':[{'kind':'dialogue'}],'combine':'sum','margin':0.5,'confidence':0.75,
             'by_tag':{'story':{'criteria':[{'kind':'happy_ending'}],'combine':'sum'}}}"""),
        arguments(
            CriterionOptions.class,
            "{'kind':'brevity'}",
            """
            {'kind':'brevity','weight':1.0,'margin':0.0,'required':false,'match':null,
             'pattern':null,'target':null,'list':[]}""",
            "{'kind':'words','weight':-2.5,'margin':0.5,'required':true,'list':['yes']}"),
        arguments(
            RewardModelOptions.class,
            "{'model':'m'}",
            """
            {'model':'m','temperature':1.0,'tie_margin':0.0,'device':'cpu','dtype':'float32',
             'threads':1}""",
            """
            {'model':'n','temperature':2.5,'tie_margin':0.5,'device':'cuda:1','dtype':'bfloat16',
             'threads':2}"""),
        arguments(
            LlmJudgeOptions.class,
            "{'model':'m'}",
            """
            {'base_url':'http://localhost:8000/v1','model':'m','api_key_env':'OPENAI_API_KEY',
             'template':'pairwise','response_format':'auto','temperature':0.0,'max_tokens':1024,
             'max_concurrency':16,'timeout_ms':60000,'max_attempts':4,'retry_backoff_ms':1000,
             'max_retry_after_ms':60000,'requests_per_minute':0,'tokens_per_minute':0,
             'breaker_failures':5,'breaker_open_ms':10000,'confidence':1.0,
             'usd_per_million_prompt_tokens':0.0,'usd_per_million_completion_tokens':0.0}""",
            """
            {'base_url':'https://x/v1','model':'n','api_key_env':'KEY','template':'a.json',
             'response_format':'text','temperature':0.5,'max_tokens':10,'max_concurrency':2,
             'timeout_ms':3,'max_attempts':5,'retry_backoff_ms':6,'max_retry_after_ms':7,
             'requests_per_minute':8,'tokens_per_minute':9,'breaker_failures':11,
             'breaker_open_ms':12,'confidence':0.75,'usd_per_million_prompt_tokens':1.5,
             'usd_per_million_completion_tokens':2.5}"""),
        arguments(
            HumanOptions.class,
            "{'annotators':'people.txt'}",
            """
            {'host':'127.0.0.1','port':8085,'https':false,'guidelines':null,
             'annotators':'people.txt','annotators_env':null,'votes_per_pair':1,'lease_ms':900000,
             'max_open':200,'show_decided':false}""",
            """
            {'host':'0.0.0.0','port':80,'https':true,'guidelines':'g.txt','annotators_env':'PEOPLE',
             'votes_per_pair':2,'lease_ms':3,'max_open':4,'show_decided':true}"""),
        arguments(
            JudgeConfig.class,
            "{}",
            """
            {'judges':[{'id':'reference','type':'reference','share':null,'share_from':0.0,
              'delivery':null,'concurrency':64}],
             'instance':'0','max_attempts':4,'retry_backoff_ms':500,'verdict_timeout_ms':300000,
             'max_poll_records':1000,'session_timeout_ms':10000,'lock_ms':15000,
             'abstention_alarm':0.5,'abstention_window':50,'abstention_alarm_ms':60000}""",
            """
            {'judges':[{'id':'coin','type':'random','share':0.25,'share_from':0.5,
              'delivery':'share_group','concurrency':2,'seed':3}],
             'instance':'a','max_attempts':5,'retry_backoff_ms':6,'verdict_timeout_ms':7,
             'max_poll_records':8,'session_timeout_ms':9000,'lock_ms':10000,
             'abstention_alarm':0.75,'abstention_window':11,'abstention_alarm_ms':12000}"""),
        arguments(
            AssemblerConfig.class,
            "{}",
            """
            {'quorum':'first','votes':1,'min_votes':1,'human_overrides':true,'timeout_ms':600000,
             'early_vote_timeout_ms':600000,'correction_window_ms':0,'closed_window_ms':600000,
             'max_closed':100000,'max_open':500000,'accuracies':{},'default_accuracy':0.8,
             'min_probability':0.5,'partitions':0,'threads':1,'store':'rocksdb',
             'state_dir':'data/assembler','commit_interval_ms':100,'group_protocol':'classic',
             'session_timeout_ms':10000}""",
            """
            {'quorum':'weighted','votes':3,'min_votes':2,'human_overrides':false,'timeout_ms':4,
             'early_vote_timeout_ms':5,'correction_window_ms':6,'closed_window_ms':7,
             'max_closed':8,'max_open':9,'accuracies':{'a':0.75},'default_accuracy':0.5,
             'min_probability':0.625,'partitions':10,'threads':11,'store':'memory',
             'state_dir':'elsewhere','commit_interval_ms':12,'group_protocol':'streams',
             'session_timeout_ms':13000}"""));
  }

  @ParameterizedTest
  @MethodSource("records")
  void shouldHaveItsDefaultsAndReadEveryKey(
      Class<? extends Record> type, String least, String defaults, String others) {
    assertThat(tree(SettingsTree.of(SettingsTree.read(map(least), type, "at")).toString()))
        .isEqualTo(tree(defaults));

    Record read = SettingsTree.read(map(others), type, "at");

    assertThat(tree(SettingsTree.changes(read).toString())).isEqualTo(tree(others));
    List<String> keys = new ArrayList<>(keys(defaults));
    keys.removeAll(EXCLUDED);
    assertThat(keys(others)).containsAll(keys);
  }

  private static List<String> keys(String json) {
    List<String> keys = new ArrayList<>();
    tree(json).fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  private static Map<String, Object> map(String json) {
    return JSON.convertValue(tree(json), new TypeReference<>() {});
  }

  private static ObjectNode tree(String json) {
    try {
      return (ObjectNode) JSON.readTree(json.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }
}
