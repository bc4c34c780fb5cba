/** People as judges: a table of tasks that are leased, and the web page that they work on. */
@NullMarked
package io.dpostream.judge.human;

import org.jspecify.annotations.NullMarked;
