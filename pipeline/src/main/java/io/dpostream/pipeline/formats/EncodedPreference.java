package io.dpostream.pipeline.formats;

import io.dpostream.schemas.Preference;

/**
 * A row as the record of a preference.
 *
 * @param promptShortened whether ids at the prompt's end were left out, because others stand there
 *     once an answer follows
 */
public record EncodedPreference(Preference preference, boolean promptShortened) {}
