package io.dpostream.sampler.vllm;

import com.fasterxml.jackson.databind.JsonNode;
import io.dpostream.sampler.vllm.VllmException.Kind;
import io.dpostream.sampler.vllm.VllmServer.BaseModel;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.settings.UserException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Has a server reload all its weights from a version's folder. It writes with one version at a time
 * and is paused in between.
 *
 * <p>The label that answers report is changed before the weights are and again after: whatever
 * fails in between, even this process, no answer reports a version that did not write it.
 */
final class WeightSync implements VersionSync {
  private static final int RESETS = 5;

  /** Since 0.33, answers say which weights wrote them. */
  private static final Pattern TOO_OLD = Pattern.compile("0\\.([0-9]|[12][0-9]|3[0-2])(\\D.*)?");

  private final FreshNames names;

  WeightSync(FreshNames names) {
    this.names = names;
  }

  @Override
  public void check(VllmServer server, Optional<JsonNode> configuration) {
    try {
      server.weightLabel();
      if (TOO_OLD.matcher(server.version()).matches()) {
        throw unfit(server);
      }
    } catch (VllmException e) {
      throw e.kind() == Kind.NO_SUCH_PATH ? unfit(server) : e;
    }
  }

  private static UserException unfit(VllmServer server) {
    return new UserException(
        "sampler.vllm.sync: %s cannot be given weights; start vLLM 0.33 or newer with VLLM_SERVER_DEV_MODE=1, or set sync to adapter"
            .formatted(server.address()));
  }

  @Override
  public VersionFolder open(PolicyVersion version) {
    VersionFolder folder = VersionFolder.verified(version);
    if (folder.checkpoint().adapter().isPresent()) {
      throw new UserException(
          "%s: holds an adapter and no weights to reload; set sampler.vllm.sync to adapter"
              .formatted(folder.path()));
    }
    return folder;
  }

  @Override
  public Placement place(VllmServer server, BaseModel base, VersionFolder version) {
    String label = names.of(version);
    server.pause();
    String loading = "loading." + label;
    server.labelWeights(loading);
    server.reloadWeights(version.path());
    resetCache(server);
    checkLabel(server, loading);
    server.labelWeights(label);
    server.resume();
    return new Placement(base.name(), Optional.of(label));
  }

  /** It was started anew, or another sampler brings it a version, if it has another label. */
  private static void checkLabel(VllmServer server, String expected) {
    String label = server.weightLabel();
    if (!label.equals(expected)) {
      throw new VllmException(
          Kind.UNREACHABLE,
          "%s/weight_info gives %s for %s: its weights were changed meanwhile; let one sampler use it"
              .formatted(server.address(), label, expected));
    }
  }

  /** Blocks may be held for a moment after the last completion. */
  private static void resetCache(VllmServer server) {
    for (int attempt = 0; attempt < RESETS; attempt++) {
      if (server.resetPrefixCache()) {
        return;
      }
    }
    throw new VllmException(
        Kind.UNREACHABLE,
        server.address() + "/reset_prefix_cache did not reset what other weights computed");
  }

  @Override
  public void remove(VllmServer server, Placement placement) {
    // The next version takes its place.
  }

  @Override
  public boolean replaces() {
    return true;
  }
}
