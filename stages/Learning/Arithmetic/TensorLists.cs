using static TorchSharp.torch;

namespace Distill.Learning.Arithmetic;

/// <summary>
/// Operations on many tensors in one call, with libtorch's <c>_foreach</c> functions. They take a few kernels in total on CUDA, and one per
/// tensor on the CPU, with the same bits as one call per tensor.
/// </summary>
internal static class TensorLists
{
    private static readonly Lazy<TensorScript> NormsScript = new(() => new TensorScript("norms", """
        def norms(tensors: List[Tensor]) -> Tensor:
            return torch.stack(torch._foreach_norm(tensors))

        """));

    /// <summary>Computes the Euclidean norm of each tensor, as a vector.</summary>
    public static Tensor Norms(Tensor[] tensors) => NormsScript.Value.Call([tensors]);
}
