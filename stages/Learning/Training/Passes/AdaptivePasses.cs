using Distill.Learning.Optimizers;
using static TorchSharp.torch;

namespace Distill.Learning.Training.Passes;

/// <summary>
/// Passes that keep the graphs of all groups in memory, which is fastest, until the trainer runs out of memory and calls
/// <see cref="ReduceMemory"/>. From then on, the groups run one after the other. Nothing is created before the first step, so that creating
/// it may run out of memory too.
/// </summary>
internal sealed class AdaptivePasses : NetworkPasses
{
    private readonly FlatParameters _parameters;
    private readonly Func<NetworkPasses> _createAllGraphs;
    private readonly Func<NetworkPasses> _createOneByOne;
    private readonly Action<string> _note;
    private NetworkPasses? _passes;
    private bool _isReduced;

    /// <param name="parameters">The network's parameters.</param>
    /// <param name="createAllGraphs">Creates the passes to start with.</param>
    /// <param name="createOneByOne">Creates the passes that need less memory, after the first ones were disposed of.</param>
    /// <param name="note">Receives a note about the change.</param>
    public AdaptivePasses(
        FlatParameters parameters, Func<NetworkPasses> createAllGraphs, Func<NetworkPasses> createOneByOne, Action<string> note) =>
        (_parameters, _createAllGraphs, _createOneByOne, _note) = (parameters, createAllGraphs, createOneByOne, note);

    /// <inheritdoc/>
    public override bool CanReduceMemory => !_isReduced;

    /// <inheritdoc/>
    public override RunningStatistics Statistics => Current.Statistics;

    private NetworkPasses Current => _passes ??= _isReduced ? _createOneByOne() : _createAllGraphs();

    /// <inheritdoc/>
    public override Tensor Differentiate(long step, StepInputs inputs) => Current.Differentiate(step, inputs);

    /// <inheritdoc/>
    public override void Undo() => _passes?.Undo();

    /// <inheritdoc/>
    public override void ReduceMemory()
    {
        _note("the groups of a batch do not fit into memory together; from now on they run one after another");
        _passes?.Undo();
        _passes?.Dispose();
        _passes = null;
        _parameters.ZeroGradients();
        _isReduced = true;
    }

    private protected override void Dispose(bool disposing) => _passes?.Dispose();
}
