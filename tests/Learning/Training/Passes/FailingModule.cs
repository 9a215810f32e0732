using static TorchSharp.torch;

namespace Tests.Learning.Training.Passes;

/// <summary>A module whose forward pass fails if it records a graph.</summary>
internal sealed class FailingModule : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor> _inner;
    private readonly Func<Exception?> _fault;

    public FailingModule(nn.Module<Tensor, Tensor> inner, Func<Exception?> fault)
        : base("failing")
    {
        (_inner, _fault) = (inner, fault);
        register_module("inner", inner);
    }

    public override Tensor forward(Tensor x) => is_grad_enabled() && _fault() is { } fault ? throw fault : _inner.call(x);
}
