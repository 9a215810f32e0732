using static TorchSharp.torch;

namespace Distill.Learning.Optimizers;

/// <summary>
/// Neighboring parameters that LARS adapts, as one part of the flat tensors: what is the same for all of them is then one kernel. R rows of
/// A = <see cref="FlatParameters.Alignment"/> elements; every row belongs to one of the S parameters.
/// </summary>
internal sealed class AdaptedRun : IDisposable
{
    private AdaptedRun(FlatParameters parameters, IReadOnlyList<ParameterSlice> slices)
    {
        using var scope = NewDisposeScope();
        var (offset, length) = (slices[0].Offset, slices.Sum(slice => slice.PaddedLength));
        Weights = Kept(parameters.Values.narrow(0, offset, length));
        Gradient = Kept(parameters.Gradients.narrow(0, offset, length));
        GradientRows_RA = Kept(Gradient.view(-1, FlatParameters.Alignment));
        WeightSlices = [.. slices.Select(slice => Kept(parameters.Values.narrow(0, slice.Offset, slice.Length)))];
        GradientSlices = [.. slices.Select(slice => Kept(parameters.Gradients.narrow(0, slice.Offset, slice.Length)))];
        int[] owners =
        [
            .. slices.SelectMany((slice, number) => Enumerable.Repeat(number, (int)(slice.PaddedLength / FlatParameters.Alignment))),
        ];
        SliceOfRow_R = Kept(tensor(owners, device: Weights.device));
    }

    /// <summary>The weights, with the padding between them.</summary>
    public Tensor Weights { get; }

    /// <summary>The gradient, with the padding in it.</summary>
    public Tensor Gradient { get; }

    /// <summary>The same memory as <see cref="Gradient"/>.</summary>
    public Tensor GradientRows_RA { get; }

    /// <summary>The weights of each parameter, without padding.</summary>
    public Tensor[] WeightSlices { get; }

    /// <summary>The gradient of each parameter, without padding.</summary>
    public Tensor[] GradientSlices { get; }

    /// <summary>The number of the parameter that a row belongs to, 32-bit integers.</summary>
    public Tensor SliceOfRow_R { get; }

    /// <summary>All parameters that LARS adapts, in as few runs as possible: a classifier between them begins a new one.</summary>
    public static IEnumerable<AdaptedRun> Of(FlatParameters parameters)
    {
        var run = new List<ParameterSlice>();
        foreach (var slice in parameters.Slices)
        {
            if (slice.Decays && !slice.Classifies)
            {
                run.Add(slice);
            }
            else if (run.Count > 0)
            {
                yield return new AdaptedRun(parameters, run);
                run = [];
            }
        }

        if (run.Count > 0)
        {
            yield return new AdaptedRun(parameters, run);
        }
    }

    public void Dispose()
    {
        foreach (var view in WeightSlices.Concat(GradientSlices).Concat([Weights, GradientRows_RA, Gradient, SliceOfRow_R]))
        {
            view.Dispose();
        }
    }

    private static Tensor Kept(Tensor view) => view.DetachFromDisposeScope();
}
