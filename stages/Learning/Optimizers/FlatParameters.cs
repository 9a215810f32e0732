using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Distill.Learning.Optimizers;

/// <summary>
/// A network's trained parameters as views of one flat tensor, and their gradients as views of another. An
/// optimizer then costs a handful of kernels instead of a handful for each of several hundred tensors, and one buffer
/// serves checkpoints (and, one day, an all-reduce).
/// </summary>
/// <remarks>
/// Parameters with weight decay come first and those without (vectors: batch norms and biases) after them, so that each
/// group is one slice. Every parameter begins at a multiple of <see cref="Alignment"/> elements, because vectorized kernels want aligned weights. The padding
/// between them is 0, and an optimizer keeps it 0. Move the network to its device before flattening it: <c>Module.to</c> replaces parameters.
/// </remarks>
public sealed class FlatParameters : IDisposable
{
    /// <summary>Elements; 256 bytes, more than any vectorized kernel asks for.</summary>
    public const int Alignment = 64;

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
            throw new ArgumentException("The network has no parameters to train.", nameof(network));
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

    /// <summary>All trained parameters, one after the other, with padding between them.</summary>
    public Tensor Values { get; }

    /// <summary>Their gradients in the same order; backward adds into them.</summary>
    public Tensor Gradients { get; }

    /// <summary>Where each parameter lies.</summary>
    public IReadOnlyList<ParameterSlice> Slices { get; }

    /// <summary>Length of the leading part that weight decay applies to: matrices and kernels, with their padding.</summary>
    public long DecayedLength { get; }

    /// <summary>Gives another network of the same plan the same parameters, and gradients of its own.</summary>
    /// <param name="network">On the same device. Its parameters are replaced by views.</param>
    /// <param name="shared">Must outlive the result.</param>
    public static FlatParameters Sharing(nn.Module network, FlatParameters shared) => new(network, shared);

    /// <summary>Zeroes the gradients in place; <c>zero_grad()</c> would drop the views.</summary>
    public void ZeroGradients() => Gradients.zero_();

    /// <summary>A copy, on the CPU, of a tensor laid out like <see cref="Values"/>, without the padding: checkpoints hold it so.</summary>
    public Tensor Packed(Tensor flat)
    {
        using var scope = NewDisposeScope();
        var packed = empty([Slices.Sum(slice => slice.Length)], flat.dtype);
        foreach (var (part, own) in Parts(packed, flat))
        {
            part.copy_(own);
        }

        return packed.MoveToOuterDisposeScope();
    }

    /// <summary>Copies what <see cref="Packed"/> gave back into a tensor laid out like <see cref="Values"/>.</summary>
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

    /// <summary>Each parameter's part of a tensor without padding and of one with it.</summary>
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
