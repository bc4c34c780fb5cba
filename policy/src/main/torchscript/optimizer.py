# AdamW and clipping over lists of float32 tensors: p parameters, g gradients, m and v moments.
class Optimizer(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool

    # The global 2-norm of all gradients.
    def norm(self, g: List[Tensor]) -> Tensor:
        return torch.norm(torch.stack(torch._foreach_norm(g, 2.0)), 2.0)

    def scale(self, g: List[Tensor], factor: float) -> NoneType:
        torch._foreach_mul_(g, factor)
        return None

    # One update, the step-th from 1; decay is decoupled from the gradient.
    def adamw(self, p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], step: int, lr: float, beta1: float, beta2: float, decay: float, eps: float) -> NoneType:
        steps = annotate(List[Tensor], [])
        for x in p:
            steps.append(torch.full([], step, dtype=6, device=x.device))
        torch._fused_adamw_(p, g, m, v, annotate(List[Tensor], []), steps, lr=lr, beta1=beta1, beta2=beta2, weight_decay=decay, eps=eps, amsgrad=False, maximize=False)
        return None

    def zeros_like(self, x: Tensor) -> Tensor:
        return torch.zeros_like(torch.detach(x))
