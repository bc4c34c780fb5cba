package io.dpostream.sampler.vllm;

import java.util.Optional;

/**
 * The weights of a version as one server knows them.
 *
 * @param model what requests name, and answers must
 * @param label the label of the weights that answers must report; empty where the model's name
 *     tells them already, as an adapter's does
 */
record Placement(String model, Optional<String> label) {}
