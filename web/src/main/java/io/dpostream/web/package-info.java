/** HTTP servers that slow, many or foreign clients do not stop. */
@NullMarked
package io.dpostream.web;

import org.jspecify.annotations.NullMarked;
