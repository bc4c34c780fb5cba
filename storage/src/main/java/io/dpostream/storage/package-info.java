/** Where published versions lie, for whoever publishes and for whoever reads them. */
@NullMarked
package io.dpostream.storage;

import org.jspecify.annotations.NullMarked;
