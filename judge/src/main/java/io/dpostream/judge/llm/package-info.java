/** A language model as judge, behind any OpenAI-compatible endpoint. */
@NullMarked
package io.dpostream.judge.llm;

import org.jspecify.annotations.NullMarked;
