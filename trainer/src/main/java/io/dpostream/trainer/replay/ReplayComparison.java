package io.dpostream.trainer.replay;

import io.dpostream.schemas.Environment;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.fold.PolicyFold;
import io.dpostream.trainer.learner.Learner;
import io.dpostream.trainer.ledger.RunDifferences;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Records what a fold recomputes and where it differs from the ledger. */
final class ReplayComparison implements PolicyFold.Observer {
  private final Environment recorded;
  private List<String> environment = List.of();
  private OptionalLong differing = OptionalLong.empty();
  private Optional<Hash> newest = Optional.empty();

  private record Hash(long step, String recorded, String replayed) {}

  ReplayComparison(Environment recorded) {
    this.recorded = recorded;
  }

  @Override
  public void opened(Learner learner) {
    environment = RunDifferences.between(recorded, learner.environment());
  }

  @Override
  public void hash(long step, String recordedHash, String recomputed) {
    newest = Optional.of(new Hash(step, recordedHash, recomputed));
  }

  @Override
  public void differs(long step, String what, String recordedValue, String recomputed) {
    if (differing.isEmpty()) {
      differing = OptionalLong.of(step);
    }
  }

  ReplayResult result(long steps) {
    Hash hash =
        newest.orElseThrow(
            () ->
                new UserException(
                    "--to-step: the ledger records no policy hash at or before step " + steps));
    return new ReplayResult(steps, hash.step, hash.recorded, hash.replayed, differing, environment);
  }
}
