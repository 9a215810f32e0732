using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Distill.Cli.Planning;
using Distill.Datasets;
using Distill.Datasets.Encoded;
using Distill.Datasets.Images;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;
using Spectre.Console;

namespace Distill.Cli.Commands;

/// <summary>The command <c>distill data check</c>: reads every image before a run does.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var pipeline = CommonArguments.Pipeline();
        var json = CommonArguments.Json();
        var command = new Command("check", "Check every image and report those that are unusual or cannot be used.") { pipeline, json };
        command.SetAction(parsed =>
        {
            var session = Session.Open(PipelineOptions.Load(parsed.GetRequiredValue(pipeline)));
            var reports = Reports(session.Dataset);
            if (parsed.GetValue(json))
            {
                Console.Out.WriteLine(new JsonArray([.. reports.Select(report => report.ToJson())]).ToJsonString(JsonFormat.Indented));
            }
            else
            {
                Write(reports);
            }

            return reports.Any(report => report.Used > 0) ? ExitCodes.Done : ExitCodes.WrongInput;
        });
        return command;
    }

    /// <summary>Reports on training and test images. Test images may be absent: the reason then goes to stderr.</summary>
    private static List<SplitReport> Reports(IDataset dataset)
    {
        var reports = new List<SplitReport> { ReportOf(dataset, Split.Train) };
        try
        {
            reports.Add(ReportOf(dataset, Split.Test));
        }
        catch (UserException error)
        {
            Console.Error.WriteLine(error.Message);
        }

        return reports;
    }

    /// <summary>
    /// Reports on one split. A dataset in a fixed file format, such as CIFAR, has no unusual images.
    /// If it is damaged, it is refused as a whole.
    /// </summary>
    private static SplitReport ReportOf(IDataset dataset, Split split)
    {
        if (dataset.Report(split) is { } report)
        {
            return report;
        }

        var images = split == Split.Train ? dataset.Train() : dataset.Test();
        var unlabeled = images.Labels.Count(label => label == ImageSet.Unlabeled);
        return new SplitReport(images.Name, split, images.Count, unlabeled, SplitReport.NoTraits, []);
    }

    private static void Write(IReadOnlyList<SplitReport> reports)
    {
        foreach (var report in reports)
        {
            foreach (var (name, reason) in report.Refused)
            {
                Console.Out.WriteLine($"{name}: {reason}");
            }
        }

        var table = new Table().Border(TableBorder.Rounded).AddColumns("split", "images", "count");
        table.Columns[2].RightAligned();
        foreach (var report in reports)
        {
            foreach (var (what, number) in Rows(report))
            {
                table.AddRow(
                    report.Split == Split.Train ? "train" : "test",
                    Markup.Escape(what),
                    number.ToString("N0", CultureInfo.InvariantCulture));
            }
        }

        AnsiConsole.Write(table);
    }

    private static IEnumerable<(string What, int Number)> Rows(SplitReport report) =>
    [
        ("used", report.Used),
        .. report.Unlabeled > 0 ? [("used, unlabeled", report.Unlabeled)] : Array.Empty<(string, int)>(),
        .. report.NamedTraits.Select(trait => ($"used, {trait.Name}", trait.Count)),
        ("skipped", report.Refused.Count),
        .. report.Reasons.Select(reason => ($"skipped: {reason.Reason}", reason.Count)),
    ];
}
