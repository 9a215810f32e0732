using Distill.Learning.Optimizers;
using static TorchSharp.torch;

namespace Distill.Learning.Training.Passes;

/// <summary>
/// Groups as they are fastest, all graphs in memory at a time, until the trainer finds that too much and has it <see cref="ReduceMemory"/>; from then on with
/// gradient caching.
/// </summary>
internal sealed class AdaptivePasses : NetworkPasses
{
    private readonly FlatParameters _parameters;
    private readonly Func<NetworkPasses> _thrifty;
    private readonly Action<string> _note;
    private NetworkPasses _passes;
    private bool _isThrifty;

    /// <param name="parameters">The network's.</param>
    /// <param name="fast">Tried first.</param>
    /// <param name="thrifty">Makes what follows, once the first is gone.</param>
    /// <param name="note">Told of the change.</param>
    public AdaptivePasses(FlatParameters parameters, NetworkPasses fast, Func<NetworkPasses> thrifty, Action<string> note) =>
        (_parameters, _passes, _thrifty, _note) = (parameters, fast, thrifty, note);

    /// <inheritdoc/>
    public override bool CanEconomize => !_isThrifty;

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
        _passes = _thrifty();
        _isThrifty = true;
    }

    private protected override void Dispose(bool disposing) => _passes.Dispose();
}
