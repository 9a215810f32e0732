using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Data.Analysis;
using Stages.Pipeline.Storage;

namespace Stages.Publish.Results;

/// <summary>The results table on disk: results.json for programs, results.csv for spreadsheets.</summary>
public static class ResultsFile
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes the table as JSON, with what it was measured on.</summary>
    public static void WriteJson(string path, string dataset, int testImages, IEnumerable<ResultRow> rows) =>
        Durable.WriteText(path, new JsonObject
        {
            ["protocol"] = "top-1 in percent over the whole test split, images as they are, last weights of training",
            ["dataset"] = dataset,
            ["testImages"] = testImages,
            ["rows"] = new JsonArray([.. rows.Select(row => row.ToJson())]),
        }.ToJsonString(Indented) + "\n");

    /// <summary>Writes the table as CSV with a header.</summary>
    public static void WriteCsv(string path, IReadOnlyList<ResultRow> rows)
    {
        var frame = new DataFrame(
            new StringDataFrameColumn("name", rows.Select(row => row.Name)),
            // Decimal, so that 68.13 is written as 68.13 and not as the nearest binary number.
            new DecimalDataFrameColumn("top1", rows.Select(row => (decimal)row.Top1)),
            new Int64DataFrameColumn("parameters", rows.Select(row => row.Parameters)),
            new Int64DataFrameColumn("bytes", rows.Select(row => row.Bytes)),
            new DecimalDataFrameColumn("seconds", rows.Select(row => (decimal)row.Seconds)),
            new Int64DataFrameColumn("seed", rows.Select(row => row.Seed)),
            new Int32DataFrameColumn("labels", rows.Select(row => row.Labels)));
        Durable.WriteFile(path, stream => DataFrame.SaveCsv(frame, stream, cultureInfo: CultureInfo.InvariantCulture));
    }

    /// <summary>Reads the rows of a results.json.</summary>
    public static IReadOnlyList<ResultRow> Read(string path) =>
        [.. JsonNode.Parse(File.ReadAllText(path))!["rows"]!.AsArray().Select(row => ResultRow.FromJson(row!.AsObject()))];
}
