using System.Text.Json.Nodes;
using Distill.Artifacts;

namespace Distill.Serve;

/// <summary>A published model, and what the page says about it.</summary>
/// <param name="Name">Name for the title, see <see cref="NameOf"/>.</param>
/// <param name="Format">The loaded format, one of <see cref="PublishedModel.Formats"/>.</param>
/// <param name="Model">The model; the caller disposes of it.</param>
public sealed record ServedModel(string Name, string Format, PublishedModel Model)
{
    /// <summary>Names the model by its folder. <c>models/animals/published/distilled</c> is <c>animals / distilled</c>.</summary>
    public static string NameOf(string folder)
    {
        var full = new DirectoryInfo(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        return full.Parent is { Name: "published", Parent: { } pipeline } ? $"{pipeline.Name} / {full.Name}" : full.Name;
    }

    /// <summary>Describes the model and the limits, for <c>GET /model</c>.</summary>
    internal JsonObject Facts(ServeOptions limits)
    {
        var config = Model.Config;
        return new JsonObject
        {
            ["name"] = Name,
            ["format"] = Format,
            ["sha256"] = Model.Sha256,
            ["architecture"] = config.Network.Architecture.Name,
            ["input"] = new JsonObject
            {
                ["channels"] = config.Shape.Channels,
                ["height"] = config.Shape.Height,
                ["width"] = config.Shape.Width,
            },
            ["labels"] = new JsonArray([.. config.Labels.Select(label => JsonValue.Create(label))]),
            ["limits"] = new JsonObject
            {
                ["megabytes"] = limits.MaxMegabytes,
                ["megapixels"] = limits.MaxMegapixels,
                ["images"] = limits.MaxImages,
                ["requests"] = limits.MaxRequests,
                ["seconds"] = limits.MaxSeconds,
            },
        };
    }
}
