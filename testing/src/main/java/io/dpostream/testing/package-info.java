/** What the tests of several modules share. */
@NullMarked
package io.dpostream.testing;

import org.jspecify.annotations.NullMarked;
