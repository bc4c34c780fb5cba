package io.dpostream.sampler.versions;

import io.dpostream.kafka.writing.Backoff;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.storage.StoreUnavailableException;
import io.dpostream.storage.VersionFolder;
import io.dpostream.storage.VersionFolders;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Brings each version to this machine before an engine loads it, and keeps its folder for as long
 * as the engine has it loaded. A store that is out of reach is asked again, less and less often.
 * Versions are loaded by one thread.
 */
public final class FetchingEngine implements SamplingEngine {
  private final SamplingEngine engine;
  private final VersionFolders folders;
  private volatile boolean stopped;
  private int failures;
  private long notBefore;
  private String reason = "";

  public FetchingEngine(SamplingEngine engine, VersionFolders folders) {
    this.engine = engine;
    this.folders = folders;
  }

  @Override
  public void check() {
    engine.check();
  }

  @Override
  public LoadedPolicy load(PolicyVersion version) {
    VersionFolder folder = fetch(version);
    try {
      PolicyVersion here =
          PolicyVersion.newBuilder(version).setUri(folder.path().toString()).build();
      return new KeptPolicy(engine.load(here), folder);
    } catch (RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  private VersionFolder fetch(PolicyVersion version) {
    if (failures > 0 && System.nanoTime() - notBefore < 0) {
      throw new EngineUnavailableException(reason);
    }
    try {
      VersionFolder folder = folders.open(version.getUri(), () -> stopped);
      failures = 0;
      return folder;
    } catch (StoreUnavailableException e) {
      double random = ThreadLocalRandom.current().nextDouble();
      notBefore = System.nanoTime() + Backoff.standard().delay(failures++, random).toNanos();
      reason = String.valueOf(e.getMessage());
      throw new EngineUnavailableException(reason);
    }
  }

  /** Ends a transfer, which may take long; a later process continues it. */
  @Override
  public void stopLoading() {
    stopped = true;
    engine.stopLoading();
  }
}
