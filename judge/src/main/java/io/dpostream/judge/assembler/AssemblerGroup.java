package io.dpostream.judge.assembler;

import io.dpostream.kafka.AdminAnswer;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.RetriableException;

/** The processes of one assembler, each known by its client id for the shape it works in. */
final class AssemblerGroup {
  private final Admin admin;
  private final String groupId;

  AssemblerGroup(Admin admin, String groupId) {
    this.admin = admin;
    this.groupId = groupId;
  }

  /** A client id that nobody else has and that names the shape. */
  String clientId(PairPartitioning tasks) {
    return prefix(tasks.direct()) + Uuid.randomUuid();
  }

  /** Whether there are members of the other shape, or the broker does not say. */
  boolean hasOthers(PairPartitioning tasks) {
    String others = prefix(!tasks.direct());
    try {
      return AdminAnswer.await(admin.describeConsumerGroups(List.of(groupId)).all())
          .values()
          .stream()
          .flatMap(group -> group.members().stream())
          .anyMatch(member -> member.clientId().startsWith(others));
    } catch (GroupIdNotFoundException nobodyYet) {
      return false;
    } catch (RetriableException outOfReach) {
      return true;
    }
  }

  private String prefix(boolean direct) {
    return groupId + (direct ? "-direct-" : "-routed-");
  }
}
