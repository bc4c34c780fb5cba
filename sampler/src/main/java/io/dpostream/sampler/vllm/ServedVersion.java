package io.dpostream.sampler.vllm;

import io.dpostream.policy.model.Generation;
import io.dpostream.policy.model.ModelConfig;
import io.dpostream.sampler.vllm.VllmException.Kind;
import io.dpostream.settings.UserException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A version, and the servers that it was brought to. Used by one thread at a time. */
final class ServedVersion {
  private static final Logger log = LoggerFactory.getLogger(ServedVersion.class);

  private static final int[] PROBE = {0};
  private static final int PROBE_TOKENS = 32;

  private final VersionFolder version;
  private final VersionSync sync;
  private final Set<Integer> eosTokenIds;
  private final Map<Replica, Placement> placements = new LinkedHashMap<>();
  private final Finished finished = new Finished();
  private int maxLength = Integer.MAX_VALUE;

  /**
   * @param eosTokenIds tokens that end a completion
   */
  ServedVersion(VersionFolder version, VersionSync sync, Set<Integer> eosTokenIds) {
    this.version = version;
    this.sync = sync;
    this.eosTokenIds = eosTokenIds;
  }

  /** What it was published as. */
  VersionFolder folder() {
    return version;
  }

  /** What to call it in a log. */
  String name() {
    return version.name();
  }

  /** What it has written of a batch that is to be tried again. */
  Finished finished() {
    return finished;
  }

  /** The longest sequence that every server takes to which it was brought. */
  int maxLength() {
    return maxLength;
  }

  /** Whether the server was brought this version. */
  boolean isOn(Replica replica) {
    return placements.containsKey(replica);
  }

  /**
   * Brings the version to a server, has it write a few tokens and compares them.
   *
   * @throws VllmException when it does not take it
   * @throws UserException when it writes with other weights
   */
  void bringTo(Replica replica, WeightsCheck check) {
    Placement placement = sync.place(replica.server(), replica.base(), version);
    placements.put(replica, placement);
    try {
      check.compare(replica.server().address(), PROBE, probe(replica));
    } catch (VllmException e) {
      forget(replica);
      throw new VllmException(Kind.UNREACHABLE, e.reason()); // which is not the version's fault
    } catch (UserException e) {
      forget(replica);
      throw e;
    }
    maxLength = Math.min(maxLength, replica.base().maxLength());
    replica.answered();
    log.debug("{} writes with {}", replica.server().address(), placement);
  }

  /** Has a server write a few tokens with this version, which it can if it can write at all. */
  Generation probe(Replica replica) {
    ModelConfig config = version.checkpoint().config();
    int room = Math.min(config.contextLength(), replica.base().maxLength()) - PROBE.length;
    CompletionCall call =
        new CompletionCall(PROBE, 0, Math.min(PROBE_TOKENS, room), eosTokenIds, config.vocabSize());
    return VllmHttp.await(complete(replica, call));
  }

  /** Asks a server that was brought this version for a completion. */
  CompletableFuture<Generation> complete(Replica replica, CompletionCall call) {
    return Optional.ofNullable(placements.get(replica))
        .map(placement -> replica.server().complete(call, placement))
        .orElseThrow(() -> new IllegalStateException("not brought to this server"));
  }

  /** Notes that a server does not have this version any more. */
  void forget(Replica replica) {
    placements.remove(replica);
  }

  /** Takes the version from all servers that have it, as far as they can be reached. */
  void remove() {
    for (Replica replica : List.copyOf(placements.keySet())) {
      try {
        Optional.ofNullable(placements.remove(replica))
            .ifPresent(placement -> sync.remove(replica.server(), placement));
      } catch (VllmException e) {
        if (e.kind() != Kind.NO_SUCH_MODEL) {
          log.info("{} keeps {}: {}", replica.server().address(), name(), e.reason());
        }
      }
    }
  }
}
