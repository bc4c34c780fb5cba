/**
 * Settings records read from YAML and the command line, checked key by key, and the errors that a
 * user sees.
 */
@NullMarked
package io.dpostream.settings;

import org.jspecify.annotations.NullMarked;
