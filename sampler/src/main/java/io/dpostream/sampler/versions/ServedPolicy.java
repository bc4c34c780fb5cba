package io.dpostream.sampler.versions;

/**
 * A published version with its weights.
 *
 * @param version number of the version; 0 is the first policy, before any step
 * @param policy its weights, verified against the published hash
 */
public record ServedPolicy(long version, LoadedPolicy policy) {}
