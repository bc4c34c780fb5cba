/** The trainer service: takes a run over, recovers it from the ledger and continues it. */
@NullMarked
package io.dpostream.trainer.service;

import org.jspecify.annotations.NullMarked;
