using System.Collections.Concurrent;
using Distill.Pipeline.Options;
using static TorchSharp.torch;

namespace Distill.Learning.Networks;

/// <summary>
/// (x − mean) / deviation a channel, before the first convolution: what networks from elsewhere were trained on. It has no weights and no place in a file
/// of weights. Networks that this project trains take images of [0, 1] as they are, as SimCLR's do.
/// </summary>
/// <param name="Mean">Of each channel, images being of [0, 1].</param>
/// <param name="Deviation">Of each channel.</param>
public sealed record Normalization(IReadOnlyList<double> Mean, IReadOnlyList<double> Deviation)
{
    private const double Most = 1000;
    private const double LeastDeviation = 1e-6;

    // A copy to a GPU waits for all that it computes, so each device gets these once.
    private readonly ConcurrentDictionary<string, (Tensor Mean_1C11, Tensor Deviation_1C11)> _onDevices = new();

    /// <summary>Reads mean and deviation of the block "network"; null where neither is given, here nor in the fallback.</summary>
    /// <exception cref="UserException">Only one of them is, or they are not of the same channels.</exception>
    public static Normalization? Read(JsonSection section, Normalization? fallback)
    {
        var mean = section.OptionalNumbers("mean", fallback?.Mean, -Most, Most, "Mean per channel to subtract from images in [0, 1]; for imported weights that were trained so.");
        var deviation = section.OptionalNumbers(
            "deviation", fallback?.Deviation, LeastDeviation, Most, "Standard deviation per channel to divide by; together with mean.");
        if (mean?.Count != deviation?.Count)
        {
            throw section.Error("deviation", $"found {deviation?.Count ?? 0} values for {mean?.Count ?? 0} of mean, expected one per channel");
        }

        return mean is null ? null : new Normalization(mean, deviation!);
    }

    /// <summary>Whether it is of that many channels, each with finite numbers that can be divided by.</summary>
    public bool Fits(int channels) =>
        Mean.Count == channels && Deviation.Count == channels && Mean.All(double.IsFinite) && Deviation.All(deviation => deviation >= LeastDeviation && double.IsFinite(deviation));

    /// <summary>x_NCHW → of the same shape.</summary>
    public Tensor Forward(Tensor x_NCHW)
    {
        using var scope = NewDisposeScope();
        var (mean_1C11, deviation_1C11) = _onDevices.GetOrAdd(
            FormattableString.Invariant($"{x_NCHW.device} {x_NCHW.dtype}"), _ => (PerChannel(Mean, x_NCHW), PerChannel(Deviation, x_NCHW)));
        return x_NCHW.sub(mean_1C11).div(deviation_1C11).MoveToOuterDisposeScope();
    }

    private static Tensor PerChannel(IReadOnlyList<double> values, Tensor like) =>
        tensor([.. values], [1, values.Count, 1, 1], dtype: like.dtype, device: like.device).DetachFromDisposeScope();
}
