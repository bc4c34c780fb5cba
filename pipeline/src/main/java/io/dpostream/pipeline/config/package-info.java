/** Settings: one YAML file with a section a service, checked key by key. */
@NullMarked
package io.dpostream.pipeline.config;

import org.jspecify.annotations.NullMarked;
