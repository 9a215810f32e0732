using System.Globalization;
using Distill.Pipeline.Options;

namespace Benchmarks.Scale;

/// <summary>Options of <c>benchmarks scale</c>.</summary>
/// <param name="Images">Largest number of images.</param>
/// <param name="Only">Name of the only axis to run; null for all.</param>
internal sealed record ScaleOptions(int Images, string? Only)
{
    /// <summary>First argument of the command line.</summary>
    public const string Command = "scale";

    public const int DefaultImages = 1_000_000;

    /// <summary>Lowest limit that leaves two sizes, which are needed to see growth.</summary>
    private const int MinimumImages = 10_000;

    private const string Usage = "usage: benchmarks scale [--images N] [--only images|classes|batch|features]";

    /// <exception cref="UserException">An argument is invalid.</exception>
    public static ScaleOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new ScaleOptions(DefaultImages, null);
        for (var i = 0; i < arguments.Count; i++)
        {
            options = arguments[i] switch
            {
                "--images" when i + 1 < arguments.Count => options with { Images = ImagesOf(arguments[++i]) },
                "--only" when i + 1 < arguments.Count => options with { Only = arguments[++i] },
                var other => throw new UserException($"found \"{other}\"; {Usage}"),
            };
        }

        return options;
    }

    /// <summary>The command that repeats these measurements.</summary>
    public string MakeCommand => "make bench-scale"
        + (Images == DefaultImages ? "" : FormattableString.Invariant($" BENCH_IMAGES={Images}"))
        + (Only is null ? "" : $" BENCH_ONLY={Only}");

    private static int ImagesOf(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var images) && images >= MinimumImages
            ? images
            : throw new UserException($"found --images {text}, expected an integer of at least {MinimumImages}");
}
