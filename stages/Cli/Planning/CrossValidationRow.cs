using System.Text.Json.Nodes;
using Distill.Imaging.Evaluation.Metrics;

namespace Distill.Cli.Planning;

/// <summary>The result of one training length, summed over all folds.</summary>
/// <param name="Steps">Optimizer steps of each fold.</param>
/// <param name="HeldOut">Number of labeled images; each is held out once.</param>
/// <param name="Correct">Number of images that the network classified correctly without having seen them.</param>
internal sealed record CrossValidationRow(int Steps, int HeldOut, int Correct)
{
    /// <summary>Top-1 accuracy in percent.</summary>
    public double Top1 => 100.0 * Correct / HeldOut;

    /// <summary>95 % interval of <see cref="Top1"/> in percent, for <see cref="HeldOut"/> independent images.</summary>
    public Interval Interval => Interval.Wilson(Correct, HeldOut);

    public JsonObject ToJson() => new()
    {
        ["steps"] = Steps,
        ["top1"] = Math.Round(Top1, 2),
        ["top1Interval"] = new JsonArray(Math.Round(Interval.Low, 2), Math.Round(Interval.High, 2)),
        ["heldOut"] = HeldOut,
    };
}
