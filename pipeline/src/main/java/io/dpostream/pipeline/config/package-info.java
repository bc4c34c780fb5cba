/** Settings: one YAML file with a section for each service, checked key by key. */
@NullMarked
package io.dpostream.pipeline.config;

import org.jspecify.annotations.NullMarked;
