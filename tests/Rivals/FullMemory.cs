using static TorchSharp.torch;

namespace Tests.Rivals;

/// <summary>A module of pairs that runs out of memory in its first passes outside of training.</summary>
internal sealed class FullMemory : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor, Tensor> _inner;
    private int _failures;

    /// <param name="inner">What runs when memory suffices; owned by this object.</param>
    /// <param name="failures">Number of passes that fail.</param>
    public FullMemory(nn.Module<Tensor, Tensor, Tensor> inner, int failures)
        : base(nameof(FullMemory))
    {
        (_inner, _failures) = (inner, failures);
        register_module("inner", inner);
    }

    public override Tensor forward(Tensor images, Tensor latents) => !training && _failures-- > 0
        ? throw new InsufficientMemoryException()
        : _inner.forward(images, latents);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
