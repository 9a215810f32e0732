using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Stages.Learning.Optimizers;

/// <summary>
/// A network's trained parameters as views of one flat tensor, and their gradients as views of another. An
/// optimizer then costs a handful of kernels instead of a handful for each of several hundred tensors, and one buffer
/// serves checkpoints (and, one day, an all-reduce).
/// </summary>
/// <remarks>
/// Parameters with weight decay come first and those without (vectors: batch norms and biases) after them, so that each
/// group is one slice. Move the network to its device before flattening it: <c>Module.to</c> replaces parameters.
/// </remarks>
public sealed class FlatParameters : IDisposable
{
    private readonly bool _ownsValues;

    /// <param name="network">The network, on its device. Its parameters are replaced by views.</param>
    public FlatParameters(nn.Module network)
        : this(network, shared: null)
    {
    }

    private FlatParameters(nn.Module network, FlatParameters? shared)
    {
        using var frozen = no_grad();
        // The wrappers of views must outlive the calls that take them, and be freed before a long training, not some day.
        using var scope = NewDisposeScope();
        var trained = network.named_parameters().Where(p => p.parameter.requires_grad).ToArray();
        if (trained.Length == 0)
        {
            throw new ArgumentException("The network has no parameter to train.", nameof(network));
        }

        var ordered = trained.OrderBy(p => p.parameter.dim() > 1 ? 0 : 1).ToArray();
        var device = trained[0].parameter.device;
        var count = trained.Sum(p => p.parameter.numel());
        _ownsValues = shared is null;
        Values = shared?.Values ?? zeros(count, device: device).DetachFromDisposeScope();
        Gradients = zeros(count, device: device).DetachFromDisposeScope();

        var slices = new List<ParameterSlice>();
        long offset = 0;
        foreach (var (name, parameter) in ordered)
        {
            // Asked before the old parameter is replaced, and gone.
            var (length, decays) = (parameter.numel(), parameter.dim() > 1);
            var value = Values.narrow(0, offset, length).view(parameter.shape);
            if (_ownsValues)
            {
                value.copy_(parameter);
            }

            var flat = new Parameter(value, requires_grad: true);
            flat.grad = Gradients.narrow(0, offset, length).view(parameter.shape);
            Replace(network, name, flat);
            slices.Add(new ParameterSlice(name, offset, length, decays));
            offset += length;
        }

        Slices = slices;
        DecayedLength = slices.Where(s => s.Decays).Sum(s => s.Length);
    }

    /// <summary>All trained parameters, one after the other.</summary>
    public Tensor Values { get; }

    /// <summary>Their gradients in the same order; backward adds into them.</summary>
    public Tensor Gradients { get; }

    /// <summary>Where each parameter lies.</summary>
    public IReadOnlyList<ParameterSlice> Slices { get; }

    /// <summary>Length of the leading part that weight decay applies to: matrices and kernels.</summary>
    public long DecayedLength { get; }

    /// <summary>Gives another network of the same plan the same parameters, and gradients of its own.</summary>
    /// <param name="network">On the same device. Its parameters are replaced by views.</param>
    /// <param name="shared">Must outlive the result.</param>
    public static FlatParameters Sharing(nn.Module network, FlatParameters shared) => new(network, shared);

    /// <summary>Zeroes the gradients in place; <c>zero_grad()</c> would drop the views.</summary>
    public void ZeroGradients() => Gradients.zero_();

    public void Dispose()
    {
        if (_ownsValues)
        {
            Values.Dispose();
        }

        Gradients.Dispose();
    }

    private static void Replace(nn.Module network, string name, Parameter flat)
    {
        var owner = network;
        var path = name.Split('.');
        foreach (var step in path[..^1])
        {
            owner = owner.named_children().First(c => c.name == step).module;
        }

        flat.DetachFromDisposeScope();
        switch (owner, path[^1])
        {
            case (Convolution convolution, "weight"): convolution.weight = flat; break;
            case (Linear linear, "weight"): linear.weight = flat; break;
            case (Linear linear, "bias"): linear.bias = flat; break;
            case (NormBase norm, "weight"): norm.weight = flat; break;
            case (NormBase norm, "bias"): norm.bias = flat; break;
            default: throw new NotSupportedException($"{name}: no rule to flatten a parameter of {owner.GetType().Name}.");
        }
    }
}
