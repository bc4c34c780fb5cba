/** Sampling on vLLM servers. */
@NullMarked
package io.dpostream.sampler.vllm;

import org.jspecify.annotations.NullMarked;
