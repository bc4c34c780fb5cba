/** Text and token ids: the tokenizer, the chat template, prompts and answered prompts. */
@NullMarked
package io.dpostream.policy.text;

import org.jspecify.annotations.NullMarked;
