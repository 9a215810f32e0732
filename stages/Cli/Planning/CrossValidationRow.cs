using System.Text.Json.Nodes;

namespace Distill.Cli.Planning;

/// <summary>The result of one training length, summed over all folds.</summary>
/// <param name="Steps">Optimizer steps of each fold.</param>
/// <param name="HeldOut">Number of labeled images; each is held out once.</param>
/// <param name="Correct">Number of images that the network classified correctly without having seen them.</param>
internal sealed record CrossValidationRow(int Steps, int HeldOut, int Correct)
{
    /// <summary>Top-1 accuracy in percent.</summary>
    public double Top1 => 100.0 * Correct / HeldOut;

    /// <summary>Binomial standard error of <see cref="Top1"/> in points, for <see cref="HeldOut"/> independent images.</summary>
    public double StandardError => Math.Sqrt(Top1 * (100 - Top1) / HeldOut);

    public JsonObject ToJson() => new()
    {
        ["steps"] = Steps,
        ["top1"] = Math.Round(Top1, 2),
        ["standardError"] = Math.Round(StandardError, 2),
        ["heldOut"] = HeldOut,
    };
}
