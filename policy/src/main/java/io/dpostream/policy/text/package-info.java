/**
 * Converts between text and token ids: the tokenizer, the chat template, and the encoding of
 * prompts and answers.
 */
@NullMarked
package io.dpostream.policy.text;

import org.jspecify.annotations.NullMarked;
