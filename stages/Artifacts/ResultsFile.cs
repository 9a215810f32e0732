using System.Globalization;
using System.Text.Json.Nodes;
using Distill.Imaging.Evaluation.Metrics;
using Distill.Pipeline.Storage;
using Microsoft.Data.Analysis;

namespace Distill.Artifacts;

/// <summary>The results table in files: results.json for programs, results.csv for spreadsheets.</summary>
public static class ResultsFile
{
    /// <summary>Writes the table as JSON, with the name and size of the test split.</summary>
    public static void WriteJson(string path, string dataset, int testImages, IEnumerable<ResultRow> rows) =>
        Durable.WriteText(path, new JsonObject
        {
            ["protocol"] = "percent of the whole test split, each image once, center crop, last weights of training, fp32",
            ["intervals"] = ClassificationIntervals.Protocol,
            ["dataset"] = dataset,
            ["split"] = "test",
            ["testImages"] = testImages,
            ["rows"] = new JsonArray([.. rows.Select(row => row.ToJson())]),
        }.ToFileText());

    /// <summary>Writes the table as CSV with a header.</summary>
    public static void WriteCsv(string path, IReadOnlyList<ResultRow> rows)
    {
        var frame = new DataFrame(
            new StringDataFrameColumn("name", rows.Select(row => row.Name)),
            // Decimal, because a double would be written with the digits of its binary value.
            new DecimalDataFrameColumn("top1", rows.Select(row => (decimal)row.Top1)),
            new Int64DataFrameColumn("parameters", rows.Select(row => row.Parameters)),
            new Int64DataFrameColumn("bytes", rows.Select(row => row.Bytes)),
            new DecimalDataFrameColumn("seconds", rows.Select(row => (decimal)row.Seconds)),
            new Int64DataFrameColumn("seed", rows.Select(row => row.Seed)),
            new Int32DataFrameColumn("labels", rows.Select(row => row.Labels)),
            Figure("top1Low", row => row.Interval?.Low),
            Figure("top1High", row => row.Interval?.High),
            Figure("top5", row => row.Figure("top5")),
            Figure("meanPerClass", row => row.Figure("meanPerClass")),
            Figure("meanAveragePrecision", row => row.Figure("meanAveragePrecision")),
            Figure("calibrationError", row => row.Figure("calibrationError")),
            Figure("negativeLogLikelihood", row => row.Figure("negativeLogLikelihood")),
            new StringDataFrameColumn("checkpoint", rows.Select(row => row.Checkpoint)));
        Durable.WriteFile(path, stream => DataFrame.SaveCsv(frame, stream, cultureInfo: CultureInfo.InvariantCulture));

        DecimalDataFrameColumn Figure(string name, Func<ResultRow, double?> value) => new(name, rows.Select(row => (decimal?)value(row)));
    }

    /// <summary>Reads the rows of a results.json.</summary>
    public static IReadOnlyList<ResultRow> Read(string path) =>
        [.. JsonNode.Parse(File.ReadAllText(path))!["rows"]!.AsArray().Select(row => ResultRow.FromJson(row!.AsObject()))];
}
