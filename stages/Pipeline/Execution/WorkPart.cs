using System.Globalization;
using Distill.Pipeline.Options;

namespace Distill.Pipeline.Execution;

/// <summary>One of several equal parts of a stage's work, for the tasks of a job array.</summary>
/// <param name="Index">Number of the part, from 0.</param>
/// <param name="Count">Number of parts, at least 1.</param>
public readonly record struct WorkPart(int Index, int Count)
{
    /// <summary>All the work.</summary>
    public static readonly WorkPart Whole = new(0, 1);

    /// <summary>Whether this is all the work.</summary>
    public bool IsWhole => Count <= 1;

    /// <summary>Whether a piece of work, by its number from 0, belongs to the part.</summary>
    public bool Has(int piece) => IsWhole || piece % Count == Index;

    /// <summary>Parses <c>2/8</c>, the third of eight parts.</summary>
    /// <exception cref="UserException">The text is something else.</exception>
    public static WorkPart Parse(string text) =>
        text.Split('/') is [var index, var count]
        && int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var parts)
        && number < parts
            ? new WorkPart(number, parts)
            : throw new UserException($"--part: found \"{text}\", expected INDEX/COUNT, such as 0/4 for the first of four");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Index}/{Count}");
}
