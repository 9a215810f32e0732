using Distill.Learning.Optimizers;
using static TorchSharp.torch;

namespace Distill.Learning.Training.Passes;

/// <summary>
/// Passes that keep the graphs of all groups in memory, which is fastest, until the trainer runs out of memory and calls
/// <see cref="ReduceMemory"/>. From then on they use gradient caching.
/// </summary>
internal sealed class AdaptivePasses : NetworkPasses
{
    private readonly FlatParameters _parameters;
    private readonly Func<NetworkPasses> _createCached;
    private readonly Action<string> _note;
    private NetworkPasses _passes;
    private bool _isCached;

    /// <param name="parameters">The network's parameters.</param>
    /// <param name="grouped">The passes to start with, owned by this object.</param>
    /// <param name="createCached">Creates the passes with gradient caching, after the first passes were disposed of.</param>
    /// <param name="note">Receives a note about the change.</param>
    public AdaptivePasses(FlatParameters parameters, NetworkPasses grouped, Func<NetworkPasses> createCached, Action<string> note) =>
        (_parameters, _passes, _createCached, _note) = (parameters, grouped, createCached, note);

    /// <inheritdoc/>
    public override bool CanReduceMemory => !_isCached;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor inputs) => _passes.Forward(inputs);

    /// <inheritdoc/>
    public override void Backward(Tensor gradient) => _passes.Backward(gradient);

    /// <inheritdoc/>
    public override void Undo() => _passes.Undo();

    /// <inheritdoc/>
    public override void ReduceMemory()
    {
        _note("the groups of a batch do not fit into memory together; from now on they run one after another, with gradient caching");
        _passes.Undo();
        _passes.Dispose();
        _parameters.ZeroGradients();
        _passes = _createCached();
        _isCached = true;
    }

    private protected override void Dispose(bool disposing) => _passes.Dispose();
}
