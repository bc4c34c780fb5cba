package io.dpostream.kafka;

import java.util.Collection;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Members that consumer groups remember from before a broker was killed together with all that
 * worked on it. A group waits for them, ten seconds or more, before it gives their partitions to
 * those that come after.
 */
public final class FormerMembers {
  private static final Logger log = LoggerFactory.getLogger(FormerMembers.class);

  private FormerMembers() {}

  /**
   * Takes every member out of these groups. To be called after a broker's start, before anything
   * works on it; a member that lives nevertheless joins again by itself.
   */
  public static void remove(Admin admin, Collection<String> groupIds) {
    // Asked by name: right after a start, a list of groups lacks those that are being loaded.
    Map<String, KafkaFuture<ConsumerGroupDescription>> groups =
        admin.describeConsumerGroups(groupIds).describedGroups();
    groups.forEach(
        (groupId, description) -> {
          try {
            if (!AdminAnswer.await(description).members().isEmpty()) {
              AdminAnswer.await(
                  admin
                      .removeMembersFromConsumerGroup(
                          groupId, new RemoveMembersFromConsumerGroupOptions())
                      .all());
              log.info("group {}: its members are of before the broker's start, removed", groupId);
            }
          } catch (GroupIdNotFoundException newGroup) {
            log.debug("group {} is new", groupId);
          } catch (KafkaException e) {
            log.info(
                "group {}: former members stay until their time is up: {}", groupId, e.toString());
          }
        });
  }
}
