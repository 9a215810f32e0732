using Stages.Learning.Optimizers;
using static TorchSharp.torch;

namespace Stages.Learning.Training.Passes;

/// <summary>
/// Groups as they are fastest, all graphs in memory at a time, until that is too small; from then on with gradient caching. The step in which that happens is
/// computed again, so that nothing is lost.
/// </summary>
internal sealed class AdaptivePasses : NetworkPasses
{
    private readonly FlatParameters _parameters;
    private readonly Func<NetworkPasses> _thrifty;
    private readonly Action<string> _note;
    private NetworkPasses _passes;
    private Tensor? _inputs;
    private bool _isThrifty;

    /// <param name="parameters">The network's.</param>
    /// <param name="fast">Tried first.</param>
    /// <param name="thrifty">Makes what follows, once the first is gone.</param>
    /// <param name="note">Told of the change.</param>
    public AdaptivePasses(FlatParameters parameters, NetworkPasses fast, Func<NetworkPasses> thrifty, Action<string> note) =>
        (_parameters, _passes, _thrifty, _note) = (parameters, fast, thrifty, note);

    /// <inheritdoc/>
    /// <remarks>The inputs must live until <see cref="Backward"/>.</remarks>
    public override Tensor Forward(Tensor inputs)
    {
        _inputs = inputs;
        try
        {
            return _passes.Forward(inputs);
        }
        catch (Exception error) when (!_isThrifty && OutOfMemory.Is(error))
        {
            Change();
            return _passes.Forward(inputs);
        }
    }

    /// <inheritdoc/>
    public override void Backward(Tensor gradient)
    {
        try
        {
            _passes.Backward(gradient);
        }
        catch (Exception error) when (!_isThrifty && OutOfMemory.Is(error))
        {
            Change();
            _passes.Forward(_inputs!).Dispose();
            _passes.Backward(gradient);
        }
    }

    /// <inheritdoc/>
    public override void Undo() => _passes.Undo();

    private protected override void Dispose(bool disposing) => _passes.Dispose();

    private void Change()
    {
        _note("the graphs of all groups of a batch do not fit the memory: from here on one after the other, with gradient caching");
        _passes.Undo();
        _passes.Dispose();
        _parameters.ZeroGradients();
        _passes = _thrifty();
        _isThrifty = true;
    }
}
