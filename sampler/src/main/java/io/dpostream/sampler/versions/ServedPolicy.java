package io.dpostream.sampler.versions;

/**
 * A published version and its weights.
 *
 * @param version number of the version; 0 is the reference
 * @param policy its weights, verified against the published hash
 */
public record ServedPolicy(long version, LoadedPolicy policy) {}
