using System.Collections.Concurrent;
using System.Globalization;
using Distill.Pipeline.Options;
using static TorchSharp.torch;

// N images, C channels, H height, W width
namespace Distill.Learning.Networks;

/// <summary>
/// The normalization of images before the first convolution, (x − mean) / deviation per channel, for imported networks. It has no weights,
/// and files of weights do not hold it. Networks that this project trains take images in [0, 1], as SimCLR's do.
/// </summary>
/// <param name="Mean">Per-channel mean, for images scaled to [0, 1].</param>
/// <param name="Deviation">Per-channel standard deviation, for images scaled to [0, 1].</param>
public sealed record Normalization(IReadOnlyList<double> Mean, IReadOnlyList<double> Deviation)
{
    private const double Most = 1000;
    private const double Bytes = 255;
    private const double LeastDeviation = 1e-6;

    // A copy to a GPU waits until the GPU is idle, so each device gets these once.
    private readonly ConcurrentDictionary<string, (Tensor Mean_1C11, Tensor Deviation_1C11)> _onDevices = new();

    /// <summary>Reads mean and deviation from a block; null if neither the block nor the fallback has them.</summary>
    /// <param name="section">The block.</param>
    /// <param name="fallback">Values that hold where the block has none.</param>
    /// <param name="when">The rest of the help: when to give them.</param>
    /// <exception cref="UserException">Only one of them is given, or their lengths differ.</exception>
    public static Normalization? Read(JsonSection section, Normalization? fallback, string when)
    {
        var mean = section.OptionalNumbers("mean", fallback?.Mean, -Most, Most,
            $"Mean per channel to subtract from images in [0, 1]; {when}.");
        var deviation = section.OptionalNumbers(
            "deviation", fallback?.Deviation, LeastDeviation, Most, "Standard deviation per channel to divide by; together with mean.");
        if (mean?.Count != deviation?.Count)
        {
            throw section.Error(
                "deviation",
                $"found {deviation?.Count ?? 0} values for {mean?.Count ?? 0} of mean, expected one per channel");
        }

        return mean is null ? null
            : ForBytes(mean, deviation!) is { } advice ? throw section.Error(
                "mean", $"found {Text(mean)} and deviation {Text(deviation!)}, {advice}")
            : new Normalization(mean, deviation!);
    }

    /// <summary>
    /// Recognizes numbers for images in 0 … 255, as some older models have them, and returns what to do; null for numbers for
    /// images in [0, 1], whose mean and deviation are at most 1.
    /// </summary>
    internal static string? ForBytes(IReadOnlyList<double> mean, IReadOnlyList<double> deviation) =>
        mean.All(value => Math.Abs(value) <= 1) && deviation.All(value => value <= 1)
            ? null
            : "which are for images in 0 … 255, expected numbers for images in [0, 1]; divide both by 255: "
                + $"\"mean\": {Text(mean.Select(value => value / Bytes))}, \"deviation\": {Text(deviation.Select(value => value / Bytes))}";

    /// <summary>Whether this normalizes the given number of channels, with finite numbers and without a division by zero.</summary>
    public bool Fits(int channels) =>
        Mean.Count == channels
        && Deviation.Count == channels
        && Mean.All(double.IsFinite)
        && Deviation.All(deviation => deviation >= LeastDeviation && double.IsFinite(deviation));

    /// <summary>x_NCHW → a tensor of the same shape.</summary>
    public Tensor Forward(Tensor x_NCHW)
    {
        using var scope = NewDisposeScope();
        var (mean_1C11, deviation_1C11) = _onDevices.GetOrAdd(
            FormattableString.Invariant($"{x_NCHW.device} {x_NCHW.dtype}"), _ => (PerChannel(Mean, x_NCHW), PerChannel(Deviation, x_NCHW)));
        return x_NCHW.sub(mean_1C11).div(deviation_1C11).MoveToOuterDisposeScope();
    }

    /// <summary>Returns numbers as a JSON list.</summary>
    public static string Text(IEnumerable<double> values) =>
        $"[{string.Join(", ", values.Select(value => value.ToString("0.######", CultureInfo.InvariantCulture)))}]";

    private static Tensor PerChannel(IReadOnlyList<double> values, Tensor like) =>
        tensor([.. values], [1, values.Count, 1, 1], dtype: like.dtype, device: like.device).DetachFromDisposeScope();
}
