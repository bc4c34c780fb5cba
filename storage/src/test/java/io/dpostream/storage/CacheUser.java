package io.dpostream.storage;

import io.dpostream.settings.RecordCopy;
import java.nio.file.Path;
import java.util.Optional;

/** A process that uses a version of a shared cache until it is killed. */
final class CacheUser {
  static final String READY = "uses ";

  private CacheUser() {}

  /** Arguments: endpoint, folder of the cache, address of the version. */
  public static void main(String[] args) throws InterruptedException {
    PublishSettings settings =
        RecordCopy.with(PublishSettings.defaults(), "s3Endpoint", Optional.of(args[0]));
    VersionFolders folders = new VersionFolders(settings, Path.of(args[1]));
    VersionFolder version = folders.open(args[2], () -> false);
    System.out.println(READY + version.path());
    Thread.sleep(Long.MAX_VALUE);
  }
}
