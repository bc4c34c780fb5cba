/** What a loop takes to learn, measured from the folders that it leaves. */
@NullMarked
package io.dpostream.benchmarks.loop;

import org.jspecify.annotations.NullMarked;
