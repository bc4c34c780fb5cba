/** Judges by the scores of a reward model that runs in this process. No Kafka. */
@NullMarked
package io.dpostream.judge.rewardmodel;

import org.jspecify.annotations.NullMarked;
