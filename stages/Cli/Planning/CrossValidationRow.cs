using System.Text.Json.Nodes;

namespace Distill.Cli.Planning;

/// <summary>What the folds of one length of training gave together.</summary>
/// <param name="Steps">Optimizer steps of each fold.</param>
/// <param name="HeldOut">Labeled images, each held out once.</param>
/// <param name="Correct">Those classified rightly by the network that had not seen them.</param>
internal sealed record CrossValidationRow(int Steps, int HeldOut, int Correct)
{
    /// <summary>Percent.</summary>
    public double Top1 => 100.0 * Correct / HeldOut;

    /// <summary>Of <see cref="Top1"/>, in points, as of so many independent images.</summary>
    public double StandardError => Math.Sqrt(Top1 * (100 - Top1) / HeldOut);

    public JsonObject ToJson() => new()
    {
        ["steps"] = Steps,
        ["top1"] = Math.Round(Top1, 2),
        ["standardError"] = Math.Round(StandardError, 2),
        ["heldOut"] = HeldOut,
    };
}
