package io.dpostream.trainer.batch;

import io.dpostream.settings.UserException;

/**
 * The number of pairs that a batch takes from each partition: equal shares, with the remainder
 * spread over the first partitions.
 *
 * @param batchSize pairs of a step
 * @param partitions of the topic
 */
record PartitionQuotas(int batchSize, int partitions) {
  PartitionQuotas {
    if (batchSize < partitions) {
      throw new UserException(
          "trainer: per_device_train_batch_size times gradient_accumulation_steps is %d and the preferences have %d partitions; a step takes at least one pair from each"
              .formatted(batchSize, partitions));
    }
  }

  int of(int partition) {
    return batchSize / partitions + (partition < batchSize % partitions ? 1 : 0);
  }
}
