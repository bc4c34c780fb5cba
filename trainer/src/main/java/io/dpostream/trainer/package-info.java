/** The policy as a fold over the preference log. */
@NullMarked
package io.dpostream.trainer;

import org.jspecify.annotations.NullMarked;
