/**
 * Preference losses as pure functions on doubles, each with its gradient beside its formula.
 *
 * <p>Notation in every formula: {@code πc, πr} are the policy's log-probability sums of the chosen
 * and the rejected completion and {@code refc, refr} the reference's; {@code a = πc − refc}, {@code
 * r = πr − refr}, {@code h = a − r}; {@code ls} is log-sigmoid, {@code β} is beta and {@code ε} is
 * label smoothing.
 */
@NullMarked
package io.dpostream.trainer.loss;

import org.jspecify.annotations.NullMarked;
