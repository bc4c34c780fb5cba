/** The sampler, which has the current policy write completion pairs for prompts. */
@NullMarked
package io.dpostream.sampler;

import org.jspecify.annotations.NullMarked;
