package io.dpostream.judge.rule;

import io.dpostream.settings.Default;
import io.dpostream.settings.Doc;

/** The options of type {@code random}. */
public record RandomOptions(@Doc("Draws other coins for the same pairs.") @Default("0") int seed) {}
