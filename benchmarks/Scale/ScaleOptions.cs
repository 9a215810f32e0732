using System.Globalization;
using Distill.Pipeline.Options;

namespace Benchmarks.Scale;

/// <summary>What <c>benchmarks scale</c> is asked for.</summary>
/// <param name="Images">Numbers of images beyond are left out.</param>
/// <param name="Only">The one thing that grows; null for all.</param>
internal sealed record ScaleOptions(int Images, string? Only)
{
    /// <summary>The first argument of the command line.</summary>
    public const string Command = "scale";

    public const int DefaultImages = 1_000_000;

    /// <summary>Of which there are two sizes, so that growth shows.</summary>
    private const int LeastImages = 10_000;

    private const string Usage = "usage: benchmarks scale [--images N] [--only images|classes|batch]";

    /// <exception cref="UserException">The arguments are none of ours.</exception>
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

    /// <summary>The command that gives these figures again.</summary>
    public string MakeCommand => "make bench-scale"
        + (Images == DefaultImages ? "" : FormattableString.Invariant($" BENCH_IMAGES={Images}"))
        + (Only is null ? "" : $" BENCH_ONLY={Only}");

    private static int ImagesOf(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var images) && images >= LeastImages
            ? images
            : throw new UserException($"found --images {text}, expected a whole number from {LeastImages}");
}
