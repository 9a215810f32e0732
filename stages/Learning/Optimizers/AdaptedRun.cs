using static TorchSharp.torch;

// S parameters, R rows of A elements
namespace Distill.Learning.Optimizers;

/// <summary>
/// A run of neighboring parameters that LARS adapts, as one part of the flat tensors, so that one kernel serves all of them. Every row of
/// <see cref="FlatParameters.Alignment"/> elements belongs to one parameter.
/// </summary>
internal sealed class AdaptedRun : IDisposable
{
    private AdaptedRun(FlatParameters parameters, IReadOnlyList<ParameterSlice> slices)
    {
        using var scope = NewDisposeScope();
        var (offset, length) = (slices[0].Offset, slices.Sum(slice => slice.PaddedLength));
        GradientRows_RA = Keep(parameters.Gradients.narrow(0, offset, length).view(-1, FlatParameters.Alignment));
        WeightSlices = [.. slices.Select(slice => Keep(parameters.Values.narrow(0, slice.Offset, slice.Length)))];
        GradientSlices = [.. slices.Select(slice => Keep(parameters.Gradients.narrow(0, slice.Offset, slice.Length)))];
        int[] owners =
        [
            .. slices.SelectMany((slice, number) => Enumerable.Repeat(number, (int)(slice.PaddedLength / FlatParameters.Alignment))),
        ];
        SliceOfRow_R = Keep(tensor(owners, device: parameters.Values.device));
    }

    /// <summary>The gradient of all parameters, with padding.</summary>
    public Tensor GradientRows_RA { get; }

    /// <summary>The weights of each parameter, without padding.</summary>
    public Tensor[] WeightSlices { get; }

    /// <summary>The gradient of each parameter, without padding.</summary>
    public Tensor[] GradientSlices { get; }

    /// <summary>The index of the parameter that each row belongs to, as 32-bit integers.</summary>
    public Tensor SliceOfRow_R { get; }

    /// <summary>Groups all parameters that LARS adapts into as few runs as possible. A classifier between them splits a run.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="classifierToo">Whether a classifier's weights are adapted too.</param>
    public static IEnumerable<AdaptedRun> FromParameters(FlatParameters parameters, bool classifierToo)
    {
        var run = new List<ParameterSlice>();
        foreach (var slice in parameters.Slices)
        {
            if (slice.Decays && (classifierToo || !slice.Classifies))
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
        foreach (var view in WeightSlices.Concat(GradientSlices).Concat([GradientRows_RA, SliceOfRow_R]))
        {
            view.Dispose();
        }
    }

    private static Tensor Keep(Tensor view) => view.DetachFromDisposeScope();
}
