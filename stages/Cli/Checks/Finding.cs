using Distill.Datasets.Images;

namespace Distill.Cli.Checks;

/// <summary>One thing that a check of the data found.</summary>
/// <param name="Split">Split that it concerns.</param>
/// <param name="IsError">Whether a stage of the pipeline would fail or learn nothing; otherwise it is merely odd.</param>
/// <param name="Message">One sentence.</param>
internal sealed record Finding(Split Split, bool IsError, string Message)
{
    public static Finding Error(Split split, string message) => new(split, IsError: true, message);

    public static Finding Warning(Split split, string message) => new(split, IsError: false, message);
}
