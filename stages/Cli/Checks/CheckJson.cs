using System.Text.Json.Nodes;
using Distill.Datasets.Encoded;
using Distill.Datasets.Images;

namespace Distill.Cli.Checks;

/// <summary>The result of a check as JSON: one object per split, with its errors and warnings.</summary>
internal static class CheckJson
{
    public static JsonArray Of(DataCheck check) => new(Of(check, Split.Train, check.Data.Train), Of(check, Split.Test, check.Data.Test));

    private static JsonObject Of(DataCheck check, Split split, SplitReport? report)
    {
        var json = report?.ToJson() ?? new JsonObject { ["split"] = Phrases.NameOf(split), ["used"] = 0 };
        if (report?.Images is { } images)
        {
            json["classes"] = Counts(images, images.Labels);
            if (split == Split.Train && check.Data.Labels is { } labels)
            {
                json["labeled"] = Counts(images, labels.Indices.Select(index => images.Labels[index]));
            }

            var sizes = ImageSizes.Of(images);
            json["sizes"] = new JsonObject
            {
                ["smallest"] = Pair(sizes.Smallest),
                ["median"] = Pair(sizes.Median),
                ["largest"] = Pair(sizes.Largest),
            };
            json["values"] = new JsonArray(report.Facts.Min(fact => fact.Darkest), report.Facts.Max(fact => fact.Brightest));
            json["oneColor"] = report.Facts.Count(fact => fact.IsConstant);
            json["grayPixels"] = report.Facts.Count(fact => fact.IsGray);
        }

        json["errors"] = Messages(isError: true);
        json["warnings"] = Messages(isError: false);
        return json;

        JsonArray Messages(bool isError) => new([.. check.Findings
            .Where(finding => finding.Split == split && finding.IsError == isError)
            .Select(finding => JsonValue.Create(finding.Message))]);
    }

    /// <summary>Counts the images of each class, in a list because class names need not be distinct.</summary>
    private static JsonArray Counts(ImageSet images, IEnumerable<int> labels)
    {
        var counts = ClassCounts.Of(images, labels);
        return new JsonArray([.. images.ClassNames.Select((name, label) =>
            new JsonObject { ["class"] = name, ["images"] = counts[label] })]);
    }

    private static JsonArray Pair((int Height, int Width) size) => new(size.Height, size.Width);
}
