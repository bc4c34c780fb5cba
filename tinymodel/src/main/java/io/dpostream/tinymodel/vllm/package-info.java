/** A stand-in for vLLM, for tests where there is none. */
@NullMarked
package io.dpostream.tinymodel.vllm;

import org.jspecify.annotations.NullMarked;
