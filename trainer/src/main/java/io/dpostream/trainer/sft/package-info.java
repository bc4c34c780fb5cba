/** Supervised fine-tuning on prompts and completions: makes a reference for DPO. No Kafka. */
@NullMarked
package io.dpostream.trainer.sft;

import org.jspecify.annotations.NullMarked;
