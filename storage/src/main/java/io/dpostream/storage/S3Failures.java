package io.dpostream.storage;

import io.dpostream.settings.UserException;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Sorts the failures of an object store into those that pass, those that somebody has to mend, and
 * answers.
 */
final class S3Failures {
  private static final int NOT_FOUND = 404;
  private static final int PRECONDITION_FAILED = 412;
  private static final int RANGE_NOT_SATISFIABLE = 416;
  private static final int NOT_IMPLEMENTED = 501;

  /** Answers that somebody has to do something about, though no version is to blame. */
  private static final Set<Integer> DENIED = Set.of(301, 307, 400, 401, 403);

  private static final Set<String> PASSING =
      Set.of("RequestTimeout", "RequestTimeTooSkewed", "ExpiredToken", "SlowDown", "NoSuchUpload");

  private S3Failures() {}

  /**
   * Calls the store.
   *
   * @param place what is asked for, for messages
   * @throws StoreUnavailableException when another time may succeed
   * @throws UserException when the object does not exist
   */
  static <T> T call(Supplier<T> action, String place) {
    try {
      return action.get();
    } catch (S3Exception e) {
      throw explained(e, place);
    } catch (SdkException e) {
      throw explained(e, place);
    }
  }

  /** Takes an object that does not exist for an answer. */
  static <T> Optional<T> absentWhen404(Supplier<T> action, String place) {
    return unlessStatus(Set.of(NOT_FOUND), action, place);
  }

  /** Takes an object that exists for an answer. */
  static boolean falseWhenItExists(Supplier<?> action, String place) {
    return unlessStatus(Set.of(PRECONDITION_FAILED), action, place).isPresent();
  }

  /** Takes an object that is another one by now for an answer. */
  static <T> Optional<T> emptyWhenChanged(Supplier<T> action, String place) {
    return unlessStatus(Set.of(PRECONDITION_FAILED, RANGE_NOT_SATISFIABLE), action, place);
  }

  private static <T> Optional<T> unlessStatus(
      Set<Integer> answers, Supplier<T> action, String place) {
    return call(
        () -> {
          try {
            return Optional.of(action.get());
          } catch (S3Exception e) {
            if (answers.contains(e.statusCode()) && !code(e).equals("NoSuchBucket")) {
              return Optional.empty();
            }
            throw e;
          }
        },
        place);
  }

  private static RuntimeException explained(S3Exception e, String place) {
    String reason = "%s: %s".formatted(place, said(e));
    if (e.statusCode() == NOT_IMPLEMENTED) {
      return new StoreUnavailableException(
          reason + "; choose a store that knows conditional writes (If-None-Match)", true);
    }
    if (code(e).equals("NoSuchBucket")) {
      return new StoreUnavailableException(reason + "; create the bucket or set publish.to", true);
    }
    if (e.statusCode() == NOT_FOUND && !PASSING.contains(code(e))) {
      return new UserException(reason + "; publish the version again");
    }
    boolean denied = DENIED.contains(e.statusCode()) && !PASSING.contains(code(e));
    return new StoreUnavailableException(
        denied
            ? reason + "; check the credentials, their permissions and publish.s3_region"
            : reason,
        denied);
  }

  private static RuntimeException explained(SdkException e, String place) {
    String message = oneLine(String.valueOf(e.getMessage()));
    boolean noCredentials =
        e instanceof SdkClientException && message.startsWith("Unable to load credentials");
    return noCredentials
        ? new StoreUnavailableException(
            place
                + ": no credentials found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give"
                + " them in another way that the AWS SDK knows",
            true)
        : new StoreUnavailableException(place + ": " + message + cause(e), false);
  }

  private static String cause(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root == e ? "" : " (" + oneLine(String.valueOf(root)) + ")";
  }

  private static String code(S3Exception e) {
    return e.awsErrorDetails() == null ? "" : String.valueOf(e.awsErrorDetails().errorCode());
  }

  private static String said(S3Exception e) {
    String message = e.awsErrorDetails() == null ? "" : e.awsErrorDetails().errorMessage();
    String text = message == null || message.isEmpty() ? "" : ", " + oneLine(message);
    return "the store answers %d %s%s".formatted(e.statusCode(), code(e), text).strip();
  }

  /** The first line of a text. */
  static String oneLine(String text) {
    return text.lines().findFirst().orElse("");
  }
}
