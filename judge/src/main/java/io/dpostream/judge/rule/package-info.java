/** Judges that compute their verdict from the texts alone, at once and always alike. */
@NullMarked
package io.dpostream.judge.rule;

import org.jspecify.annotations.NullMarked;
