/** The whole loop, run as a user runs it. */
package io.dpostream.pipeline.endtoend;
