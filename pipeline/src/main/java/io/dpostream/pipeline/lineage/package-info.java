/**
 * Lineage: the way from a version to the steps, preferences, votes and pairs behind it, and back.
 */
@NullMarked
package io.dpostream.pipeline.lineage;

import org.jspecify.annotations.NullMarked;
