package io.dpostream.trainer.service;

import io.dpostream.settings.UserException;
import io.dpostream.trainer.batch.PreferenceSource;
import java.nio.file.Path;

/**
 * Identifies the run to train, with its models, its folder and its data.
 *
 * @param runId names it in the ledger; one trainer at a time owns it
 * @param policy Hugging Face folder that the policy starts from
 * @param reference Hugging Face folder of the frozen reference; often the same
 * @param folder for checkpoints, versions and steps.jsonl
 * @param source of a new run; a resumed run has its own
 * @param acceptConfig lets a run continue under another configuration, which the ledger then
 *     records
 */
public record RunSpec(
    String runId,
    Path policy,
    Path reference,
    Path folder,
    PreferenceSource source,
    boolean acceptConfig) {
  public RunSpec {
    if (!runId.matches("[a-zA-Z0-9._-]+")) {
      throw new UserException(
          "run.id: '" + runId + "' may hold letters, digits, '.', '_' and '-' only");
    }
    policy = policy.toAbsolutePath().normalize();
    reference = reference.toAbsolutePath().normalize();
    folder = folder.toAbsolutePath().normalize();
  }
}
