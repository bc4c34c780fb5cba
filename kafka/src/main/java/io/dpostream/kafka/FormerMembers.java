package io.dpostream.kafka;

import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.KafkaException;
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
   * Takes every member out of every group. To be called after a broker's start, before anything
   * works on it; a member that lives nevertheless joins again by itself.
   */
  public static void remove(Admin admin) {
    try {
      ListGroupsOptions classic = new ListGroupsOptions().withTypes(Set.of(GroupType.CLASSIC));
      for (GroupListing group : AdminAnswer.await(admin.listGroups(classic).all())) {
        if (!group.groupState().equals(Optional.of(GroupState.EMPTY))) {
          AdminAnswer.await(
              admin
                  .removeMembersFromConsumerGroup(
                      group.groupId(), new RemoveMembersFromConsumerGroupOptions())
                  .all());
          log.info("group {}: members of before the broker's start are removed", group.groupId());
        }
      }
    } catch (KafkaException e) {
      log.info("members of before the broker's start stay until their time is up: {}", e.toString());
    }
  }
}
