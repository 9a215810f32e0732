using System.Globalization;
using System.Text.Json.Nodes;
using Distill.Cli.Capacity;
using Spectre.Console;

namespace Distill.Cli.Output;

/// <summary>What the stages of a pipeline need, as a table on the terminal or as JSON.</summary>
internal static class CapacityTable
{
    private const int DaysPerYear = 365;
    private const int WidthInFiles = 160;

    public static void Write(CapacityPlan plan, string compute)
    {
        var data = plan.Data;
        Console.Out.WriteLine(FormattableString.Invariant(
            $"{data.Images:N0} images of {data.Shape}, {data.Classes:N0} classes; {compute}"));
        if (data.Note is { } note)
        {
            Console.Out.WriteLine($"Note: {note}.");
        }

        var table = new Table().Border(TableBorder.Rounded).AddColumn(new TableColumn("").NoWrap());
        foreach (var stage in plan.Trainings)
        {
            table.AddColumn(new TableColumn(stage.Training.Stage).RightAligned().NoWrap());
        }

        Row("parameters, million", stage => Millions(stage.Cost.Parameters));
        Row("batch size", stage => Number(stage.Training.Training.BatchSize));
        Row("groups", stage => Number(stage.Training.Training.Groups));
        Row("memory of a step, GiB", stage => GiB(stage.LeastStepBytes(stage.Training.Training.Groups)));
        Row("  state", stage => GiB(stage.StateBytes));
        Row("  one group", stage => GiB(stage.GroupBytes));
        Row("  loss", stage => GiB(stage.LossBytes));
        Row("memory of inference, GiB", stage => GiB(stage.InferenceBytes));
        Row("host memory, GiB", stage => GiB(stage.HostBytes));
        Row("disk, GiB", stage => GiB(stage.DiskBytes));
        Row("seconds per step", stage => stage.StepSeconds.ToString(stage.StepSeconds < 100 ? "0.0" : "N0", CultureInfo.InvariantCulture));
        Row("time of all steps", stage => Time(stage.Seconds));
        foreach (var card in Card.Common)
        {
            Row(
                FormattableString.Invariant($"groups for {card.Gigabytes} GB"),
                stage => stage.GroupsIn(card.UsableBytes) is { } groups ? Number(groups) : "none");
        }

        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = WidthInFiles;
        }

        AnsiConsole.Write(table);
        foreach (var label in plan.Labelings)
        {
            var time = label.Seconds is { } seconds ? $", {Time(seconds)}" : "";
            Console.Out.WriteLine($"{label.Stage}: {Number(label.Views)} views, {GiB(label.DiskBytes)} GiB of disk, "
                + $"{GiB(label.RowBytes)} GiB more while a student learns from them{time}");
        }

        if (plan.Features is { } features)
        {
            Console.Out.WriteLine($"probe: {Number(features.Length)} features of {Number(features.Images)} images, "
                + $"{GiB(features.HostBytes)} GiB of host memory");
        }

        Console.Out.WriteLine($"The program itself takes {GiB(plan.ProgramBytes)} GiB. "
            + "State: weights, gradients, optimizer, queue, teacher. Host: images, loaded views, the copy of a checkpoint.");
        Console.Out.WriteLine("Measured with small groups on this machine's CPU, so the times are those of this CPU.");

        void Row(string name, Func<TrainingCapacity, string> value) => table.AddRow([name, .. plan.Trainings.Select(value)]);
    }

    public static JsonObject ToJson(CapacityPlan plan) => new()
    {
        ["images"] = plan.Data.Images,
        ["classes"] = plan.Data.Classes,
        ["programBytes"] = plan.ProgramBytes,
        ["stages"] = new JsonArray(
        [
            .. plan.Trainings.Select(ToJson),
            .. plan.Labelings.Select(label => new JsonObject
            {
                ["name"] = label.Stage,
                ["views"] = label.Views,
                ["diskBytes"] = label.DiskBytes,
                ["rowBytes"] = label.RowBytes,
                ["seconds"] = label.Seconds,
            }),
        ]),
        ["featureBytes"] = plan.Features?.HostBytes,
    };

    private static JsonObject ToJson(TrainingCapacity stage) => new()
    {
        ["name"] = stage.Training.Stage,
        ["parameters"] = stage.Cost.Parameters,
        ["batchSize"] = stage.Training.Training.BatchSize,
        ["groups"] = stage.Training.Training.Groups,
        ["stepBytes"] = stage.LeastStepBytes(stage.Training.Training.Groups),
        ["stateBytes"] = stage.StateBytes,
        ["groupBytes"] = stage.GroupBytes,
        ["lossBytes"] = stage.LossBytes,
        ["inferenceBytes"] = stage.InferenceBytes,
        ["hostBytes"] = stage.HostBytes,
        ["viewBytes"] = stage.ViewBytes,
        ["diskBytes"] = stage.DiskBytes,
        ["secondsPerStep"] = stage.StepSeconds,
        ["seconds"] = stage.Seconds,
        ["groupsForGigabytes"] = new JsonObject(Card.Common.Select(card => KeyValuePair.Create(
            card.Gigabytes.ToString(CultureInfo.InvariantCulture), (JsonNode?)stage.GroupsIn(card.UsableBytes)))),
    };

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Millions(long number) => (number / 1e6).ToString("0.0", CultureInfo.InvariantCulture);

    private static string GiB(long bytes) => (bytes / (double)(1 << 30)).ToString("0.00", CultureInfo.InvariantCulture);

    private static string Time(double seconds) => TimeSpan.FromSeconds(seconds) switch
    {
        { TotalDays: >= 2 * DaysPerYear } time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays / DaysPerYear:N0} years"),
        { TotalDays: >= 2 } time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:N0} d"),
        { TotalHours: >= 2 } time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0} h"),
        var time => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(time.TotalMinutes):0} min"),
    };
}
