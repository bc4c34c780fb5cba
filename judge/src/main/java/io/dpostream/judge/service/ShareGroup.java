package io.dpostream.judge.service;

import io.dpostream.kafka.AdminAnswer;
import io.dpostream.kafka.KafkaSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.config.ConfigResource;

/** The share group of one judge: its name, and its settings at the broker. */
record ShareGroup(String id, KafkaSettings settings, int concurrency, int lockMs) {

  /** Deliveries of a pair; the last one is kept for giving it up. */
  private static final int DELIVERY_LIMIT = JudgeConfig.MOST_ATTEMPTS + 1;

  /** More members than this would cost more than they bring. */
  private static final int MAX_MEMBERS = 16;

  /** Members of one process: as many as pairs are judged at once, up to a limit. */
  int members() {
    return Math.min(concurrency, MAX_MEMBERS);
  }

  static ShareGroup of(JudgeSpec spec, JudgeConfig config, KafkaSettings settings) {
    return new ShareGroup(
        settings.topicPrefix() + "judge-" + spec.id() + "-share",
        settings,
        spec.concurrency(),
        config.lockMs());
  }

  /** Sets the group up at the broker: from the first pair on, committed ones only. */
  void configure() {
    Map<String, String> wanted =
        Map.of(
            "share.auto.offset.reset",
            "earliest",
            "share.isolation.level",
            "read_committed",
            "share.record.lock.duration.ms",
            Integer.toString(lockMs),
            "share.delivery.count.limit",
            Integer.toString(DELIVERY_LIMIT));
    List<AlterConfigOp> ops = new ArrayList<>();
    wanted.forEach(
        (key, value) ->
            ops.add(new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET)));
    try (Admin admin = settings.admin()) {
      AdminAnswer.require(
          admin
              .incrementalAlterConfigs(
                  Map.of(new ConfigResource(ConfigResource.Type.GROUP, id), ops))
              .all());
    }
  }

  /** Configuration of a member that acknowledges each record itself. */
  Map<String, Object> consumer(String clientId) {
    Map<String, Object> config = new HashMap<>(settings.consumer(clientId));
    config
        .keySet()
        .removeAll(
            List.of(
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG));
    config.put(ConsumerConfig.GROUP_ID_CONFIG, id);
    config.put("share.acknowledgement.mode", "explicit");
    config.put("share.acquire.mode", "record_limit");
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, (concurrency + members() - 1) / members());
    return config;
  }
}
