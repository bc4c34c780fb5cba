package io.dpostream.trainer.learner;

import io.dpostream.policy.text.TokenSequence;
import io.dpostream.trainer.loss.CompletionLogps;
import io.dpostream.trainer.loss.PreferenceLogps;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;

/** Computes the digest of a step: equal digests mean equal inputs and equal results. */
final class StepDigest {
  private final MessageDigest sha256 = DigestUtils.getSha256Digest();

  StepDigest(long step, List<PreparedPair> pairs) {
    DigestInput.update(sha256, step);
    for (PreparedPair pair : pairs) {
      DigestInput.update(sha256, pair.source().partition());
      DigestInput.update(sha256, pair.source().offset());
      byte[] id = pair.source().pairId().getBytes(StandardCharsets.UTF_8);
      DigestInput.update(sha256, id.length);
      sha256.update(id);
      for (TokenSequence sequence : pair.sequences()) {
        DigestInput.update(sha256, sequence.prompt());
        DigestInput.update(sha256, sequence.completion());
      }
      DigestInput.update(sha256, pair.label().probability());
      DigestInput.update(sha256, pair.label().rewardMargin().orElse(Double.NaN));
    }
  }

  void logps(List<PreferenceLogps> preferences) {
    for (PreferenceLogps preference : preferences) {
      for (CompletionLogps completion : preference.ranked()) {
        DigestInput.update(sha256, completion.policy());
        DigestInput.update(sha256, completion.reference());
      }
    }
  }

  /** Finishes the digest and returns it in lower-case hex. */
  String finish(double loss, double gradientNorm) {
    DigestInput.update(sha256, loss, gradientNorm);
    return Hex.encodeHexString(sha256.digest());
  }
}
