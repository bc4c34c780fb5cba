/** The Java side of comparisons with other libraries; the scripts are in benchmarks/peers. */
@NullMarked
package io.dpostream.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
