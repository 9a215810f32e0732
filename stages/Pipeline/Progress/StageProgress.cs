using System.Globalization;

namespace Distill.Pipeline.Progress;

/// <summary>How much of its work a stage has done.</summary>
/// <param name="Done">Units done: steps, images, or whatever the stage counts.</param>
/// <param name="Total">Units in all.</param>
public sealed record StageProgress(long Done, long Total)
{
    /// <summary>Measured values to show beside the progress, in order, such as the loss of a training.</summary>
    public IReadOnlyList<ProgressMetric> Metrics { get; init; } = [];

    /// <summary>Estimated time for the rest; null if unknown.</summary>
    public TimeSpan? Remaining { get; init; }
}

/// <summary>A measured value that a view shows beside the progress.</summary>
/// <param name="Name">Name for users, which is also the column heading of the live table.</param>
/// <param name="Value">Null if it was not measured: the table shows a dash, and a line leaves it out.</param>
/// <param name="Format">.NET format string, with the unit if there is one.</param>
public sealed record ProgressMetric(string Name, double? Value, string Format)
{
    /// <summary>Name of <see cref="OfRate"/>'s metric.</summary>
    public const string ImagesPerSecond = "images/s";

    /// <summary>Whether the name is a unit, which follows the value in a line: "812 images/s" rather than "loss 2.3026".</summary>
    public bool NameIsUnit { get; init; }

    /// <summary>Returns a number of images per second. Below 10 it has a decimal.</summary>
    public static ProgressMetric OfRate(double? imagesPerSecond) =>
        new(ImagesPerSecond, imagesPerSecond, imagesPerSecond < 10 ? "0.#" : "0") { NameIsUnit = true };

    /// <summary>The formatted value; null if there is none.</summary>
    public string? Text => Value?.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>The formatted value with its name; null if there is none.</summary>
    public string? Phrase => Text is not { } text ? null : NameIsUnit ? $"{text} {Name}" : $"{Name} {text}";
}
