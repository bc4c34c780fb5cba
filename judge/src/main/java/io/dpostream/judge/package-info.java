/** Judges, and the assembler that turns their votes into preferences. */
@NullMarked
package io.dpostream.judge;

import org.jspecify.annotations.NullMarked;
