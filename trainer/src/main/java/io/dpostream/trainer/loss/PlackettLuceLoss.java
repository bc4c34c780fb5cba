package io.dpostream.trainer.loss;

/**
 * DPO on a ranking of K completions: {@code −Σ_k [βx_k − log Σ_{j≥k} e^(βx_j)]} with the log-ratios
 * x, best first. For K = 2 it is DPO. Source: Rafailov et al., <a
 * href="https://arxiv.org/abs/2305.18290">2305.18290</a>, appendix A.5.
 */
public record PlackettLuceLoss(double beta) implements GroupLoss {
  @Override
  public Term term(Group group) {
    double loss = 0;
    double[] gradient = new double[group.size()];
    for (int k = 0; k < group.size() - 1; k++) {
      double max = Double.NEGATIVE_INFINITY;
      for (int j = k; j < group.size(); j++) {
        max = Math.max(max, beta * group.logRatio(j));
      }
      double sum = 0;
      for (int j = k; j < group.size(); j++) {
        sum += Math.exp(beta * group.logRatio(j) - max);
      }
      double logNormalizer = max + Math.log(sum);
      loss += logNormalizer - beta * group.logRatio(k);
      gradient[k] -= beta;
      for (int j = k; j < group.size(); j++) {
        gradient[j] += beta * Math.exp(beta * group.logRatio(j) - logNormalizer);
      }
    }
    return new Term(loss, gradient);
  }
}
