/** A real S3 server for tests. */
@NullMarked
package io.dpostream.testing.s3;

import org.jspecify.annotations.NullMarked;
