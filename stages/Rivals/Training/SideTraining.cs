using Distill.Learning.Optimizers;
using static TorchSharp.torch;

namespace Distill.Rivals.Training;

/// <summary>Trains a network that is not the one of the training loop, with an optimizer of its own.</summary>
internal sealed class SideTraining : IDisposable
{
    private readonly nn.Module _network;
    private readonly string _name;
    private readonly OptimizerOptions _options;
    private readonly int _steps;
    private readonly FlatParameters _parameters;
    private readonly Optimizer _optimizer;

    /// <param name="network">The network, on its device; owned by the caller.</param>
    /// <param name="name">Its name in checkpoints.</param>
    /// <param name="options">The optimizer.</param>
    /// <param name="steps">Number of steps of the training.</param>
    public SideTraining(nn.Module network, string name, OptimizerOptions options, int steps)
    {
        (_network, _name, _options, _steps) = (network, name, options, steps);
        _parameters = new FlatParameters(network);
        _optimizer = Optimizer.Create(options, _parameters);
    }

    /// <summary>The tensors that a checkpoint must contain, by name.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State =>
        _network.state_dict().Select(entry => KeyValuePair.Create($"{_name}.{entry.Key}", entry.Value))
            .Concat(_optimizer.Buffers.Select(entry => KeyValuePair.Create($"{_name}-optimizer.{entry.Key}", entry.Value)));

    /// <summary>Bytes of the gradients.</summary>
    public long GradientBytes => _parameters.Gradients.numel() * _parameters.Gradients.element_size();

    /// <summary>
    /// Whether <see cref="Minimize"/> has changed the weights since <see cref="BeginStep"/>. A step of the training loop that needs less
    /// memory computes its loss again, and must not teach again what it has taught.
    /// </summary>
    public bool HasStepped { get; private set; }

    /// <summary>Begins a step, which may be one that was taken before its training was restored.</summary>
    public void BeginStep() => HasStepped = false;

    /// <summary>Updates the weights from a loss. What other losses left in the gradients does not matter.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="loss">A scalar with its graph.</param>
    public void Minimize(long step, Tensor loss)
    {
        _parameters.ZeroGradients();
        loss.backward();
        _optimizer.Step(step, _options.Rate(step, _steps));
        HasStepped = true;
        _parameters.ZeroGradients();
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _parameters.Dispose();
    }
}
