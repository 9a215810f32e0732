using static TorchSharp.torch;

namespace Distill.Learning.Arithmetic;

/// <summary>
/// The same operation on many tensors in one call, by libtorch's <c>_foreach</c> operations: on CUDA a few kernels for all of them; on
/// the CPU one for each, with the bits of a call for each.
/// </summary>
internal static class TensorLists
{
    private static readonly Lazy<TensorScript> NormsScript = new(() => new TensorScript("norms", """
        def norms(tensors: List[Tensor]) -> Tensor:
            return torch.stack(torch._foreach_norm(tensors))

        """));

    /// <summary>The Euclidean norm of each tensor: [tensors].</summary>
    public static Tensor Norms(Tensor[] tensors) => NormsScript.Value.Call([tensors]);
}
