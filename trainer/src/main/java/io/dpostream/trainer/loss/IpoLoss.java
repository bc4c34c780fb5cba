package io.dpostream.trainer.loss;

/**
 * IPO: {@code (h̄ − 1/(2β))²}, each score divided by its completion's tokens. The paper's authors
 * confirmed the per-token form; summed scores make the loss grow with length. Source: Azar et al.,
 * <a href="https://arxiv.org/abs/2310.12036">2310.12036</a>, eq. 17.
 */
public record IpoLoss(double beta, Divergence divergence) implements MarginLoss {
  @Override
  public boolean perToken() {
    return true;
  }

  @Override
  public ValueAndDerivative at(double h) {
    double error = h - 1 / (2 * beta);
    return new ValueAndDerivative(error * error, 2 * error);
  }
}
