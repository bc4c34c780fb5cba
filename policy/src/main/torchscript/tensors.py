# Tensors into and out of the library. What is kept never stands on a Java buffer.
class Tensors(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool

    def empty(self, shape: List[int], dtype: int, device: str) -> Tensor:
        return torch.empty(shape, dtype=dtype, device=torch.device(device))

    def create(self, values: List[float], dtype: int, device: str) -> Tensor:
        return torch.tensor(values, dtype=dtype, device=torch.device(device))

    # Elements start..end in row-major order, on the CPU as float32.
    def take(self, x: Tensor, start: int, end: int) -> Tensor:
        return torch.slice(torch.view(torch.detach(x), [-1]), 0, start, end).to(torch.device("cpu"), 6)

    # Overwrites the elements from start on.
    def put(self, x: Tensor, start: int, values: Tensor) -> NoneType:
        torch.copy_(torch.slice(torch.view(torch.detach(x), [-1]), 0, start, start + torch.numel(values)), values)
        return None

    # Makes leaves of tensors, with gradients that exist from the start, all zero.
    def require_grad(self, xs: List[Tensor]) -> NoneType:
        for x in xs:
            zero = torch.sum(torch.requires_grad_(x) * 0.0)
            torch.backward(zero, torch.ones_like(zero))
        return None
