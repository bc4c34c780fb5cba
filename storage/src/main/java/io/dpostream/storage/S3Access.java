package io.dpostream.storage;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;

/**
 * Opens clients of an object store. Credentials come from where the SDK always looks for them: the
 * environment, system properties, its files, or the container or machine.
 */
final class S3Access {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration READ = Duration.ofSeconds(20);

  private S3Access() {}

  /** Opens a client; it connects when it is used. */
  static S3Client open(PublishSettings settings) {
    S3ClientBuilder builder =
        S3Client.builder()
            .region(settings.s3Region().map(Region::of).orElseGet(S3Access::usualRegion))
            .forcePathStyle(
                settings.s3PathStyle().orElseGet(() -> settings.s3Endpoint().isPresent()))
            // We ask before we write: the store's leave to send would cost a round trip each time.
            .serviceConfiguration(S3Configuration.builder().expectContinueEnabled(false).build())
            // Other stores know fewer checksums than AWS; we send and verify our own.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .overrideConfiguration(
                o -> o.retryStrategy(AwsRetryStrategy.doNotRetry())) // ours is above
            .httpClientBuilder(
                UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(READ));
    Optional<URI> endpoint = settings.s3Endpoint().map(URI::create);
    endpoint.ifPresent(builder::endpointOverride);
    return builder.build();
  }

  private static Region usualRegion() {
    try {
      return DefaultAwsRegionProviderChain.builder().build().getRegion();
    } catch (SdkClientException e) {
      return Region.US_EAST_1;
    }
  }
}
