/** The one call into DJL's PyTorch engine that its public classes do not offer. */
@org.jspecify.annotations.NullMarked
package ai.djl.pytorch.jni;
