package io.dpostream.broker;

import io.dpostream.broker.registry.SchemaRegistry;

/** The schema registry as a child process. */
final class RegistryChild {
  private RegistryChild() {}

  /** Runs the registry; arguments: {@code <bootstrap servers> <host> <port>}. */
  public static void main(String[] args) {
    ChildMain.run(() -> SchemaRegistry.start(args[0], args[1], Integer.parseInt(args[2])));
  }
}
