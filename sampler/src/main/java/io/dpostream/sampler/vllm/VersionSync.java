package io.dpostream.sampler.vllm;

import com.fasterxml.jackson.databind.JsonNode;
import io.dpostream.sampler.vllm.VllmServer.BaseModel;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.settings.UserException;
import java.util.Optional;

/** Brings versions to servers. Thread-safe, except that one server is brought one at a time. */
interface VersionSync {

  /**
   * Checks that a server can be brought versions.
   *
   * @param configuration how it was started, where it tells
   * @throws UserException naming the flag that it lacks
   */
  void check(VllmServer server, Optional<JsonNode> configuration);

  /**
   * Opens a published version in the way that servers will.
   *
   * @throws UserException when it cannot be used in this way, or is not what was published
   */
  VersionFolder open(PolicyVersion version);

  /**
   * Brings a version to a server, under a name that was never used before.
   *
   * @throws VllmException when the server does not take it now
   * @throws UserException when it never takes this version
   */
  Placement place(VllmServer server, BaseModel base, VersionFolder version);

  /** Takes a version that is used no more from a server. */
  void remove(VllmServer server, Placement placement);

  /** Whether a server that is brought another version loses the one before. */
  boolean replaces();
}
