using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Distill.Learning.Optimizers;

/// <summary>
/// A network's trained parameters as views of one flat tensor, and their gradients as views of another. An optimizer then needs a few
/// kernels in total, instead of a few for each of several hundred tensors.
/// </summary>
/// <remarks>
/// Parameters with weight decay come first, and those without (vectors: batch norms and biases) follow, so that each group is one slice.
/// Every parameter begins at a multiple of <see cref="Alignment"/> elements, because vectorized kernels need aligned weights. The padding
/// between them is 0, and optimizers keep it 0. Move the network to its device before flattening it: <c>Module.to</c> replaces parameters.
/// </remarks>
public sealed class FlatParameters : IDisposable
{
    /// <summary>Alignment in elements. 64 elements are 256 bytes, more than any vectorized kernel needs.</summary>
    public const int Alignment = 64;

    private readonly bool _ownsValues;

    /// <summary>Replaces the trained parameters of a network, on its device, by views.</summary>
    public FlatParameters(nn.Module network)
        : this(network, shared: null)
    {
    }

    private FlatParameters(nn.Module network, FlatParameters? shared)
    {
        using var frozen = no_grad();
        // The wrappers of views must outlive the calls that take them, and the scope frees them before training starts.
        using var scope = NewDisposeScope();
        var trained = network.named_parameters().Where(p => p.parameter.requires_grad).ToArray();
        if (trained.Length == 0)
        {
            throw new ArgumentException("the network has no parameters to train", nameof(network));
        }

        var ordered = trained.OrderBy(p => p.parameter.dim() > 1 ? 0 : 1).ToArray();
        var device = trained[0].parameter.device;
        Slices = SlicesOf(ordered);
        DecayedLength = Slices.Where(s => s.Decays).Sum(s => s.PaddedLength);
        var count = Slices.Sum(s => s.PaddedLength);
        _ownsValues = shared is null;
        Values = shared?.Values ?? zeros(count, device: device).DetachFromDisposeScope();
        Gradients = zeros(count, device: device).DetachFromDisposeScope();

        foreach (var ((name, parameter), slice) in ordered.Zip(Slices))
        {
            var value = Values.narrow(0, slice.Offset, slice.Length).view(parameter.shape);
            if (_ownsValues)
            {
                value.copy_(parameter);
            }

            var flat = new Parameter(value, requires_grad: true);
            flat.grad = Gradients.narrow(0, slice.Offset, slice.Length).view(parameter.shape);
            Replace(network, name, flat);
        }
    }

    /// <summary>All trained parameters, one after the other, with padding.</summary>
    public Tensor Values { get; }

    /// <summary>The gradients in the same order. Backward passes add to them.</summary>
    public Tensor Gradients { get; }

    /// <summary>The position of each parameter.</summary>
    public IReadOnlyList<ParameterSlice> Slices { get; }

    /// <summary>Length of the leading part with weight decay: matrices and kernels, with padding.</summary>
    public long DecayedLength { get; }

    /// <summary>Lets another network of the same architecture share the parameters. It has its own gradients.</summary>
    /// <param name="network">The network, on the same device. Its parameters are replaced by views.</param>
    /// <param name="shared">The parameters, which must outlive the result.</param>
    public static FlatParameters Sharing(nn.Module network, FlatParameters shared) => new(network, shared);

    /// <summary>Zeroes the gradients in place; <c>zero_grad()</c> would drop the views.</summary>
    public void ZeroGradients() => Gradients.zero_();

    /// <summary>Copies a tensor laid out like <see cref="Values"/> to the CPU, without padding, as checkpoints hold it.</summary>
    public Tensor Pack(Tensor flat)
    {
        using var scope = NewDisposeScope();
        var packed = empty([Slices.Sum(slice => slice.Length)], flat.dtype);
        foreach (var (part, own) in Parts(packed, flat))
        {
            part.copy_(own);
        }

        return packed.MoveToOuterDisposeScope();
    }

    /// <summary>Copies a result of <see cref="Pack"/> back into a tensor laid out like <see cref="Values"/>.</summary>
    public void Unpack(Tensor packed, Tensor flat)
    {
        using var scope = NewDisposeScope();
        foreach (var (part, own) in Parts(packed, flat))
        {
            own.copy_(part);
        }
    }

    public void Dispose()
    {
        if (_ownsValues)
        {
            Values.Dispose();
        }

        Gradients.Dispose();
    }

    /// <summary>Pairs each parameter's part of a tensor without padding with that of a tensor with padding.</summary>
    private IEnumerable<(Tensor Packed, Tensor Flat)> Parts(Tensor packed, Tensor flat)
    {
        long place = 0;
        foreach (var slice in Slices)
        {
            yield return (packed.narrow(0, place, slice.Length), flat.narrow(0, slice.Offset, slice.Length));
            place += slice.Length;
        }
    }

    private static ParameterSlice[] SlicesOf((string Name, Parameter Parameter)[] ordered)
    {
        var slices = new ParameterSlice[ordered.Length];
        long offset = 0;
        for (var i = 0; i < ordered.Length; i++)
        {
            var (name, parameter) = ordered[i];
            slices[i] = new ParameterSlice(name, offset, parameter.numel(), parameter.dim() > 1);
            offset += slices[i].PaddedLength;
        }

        return slices;
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
