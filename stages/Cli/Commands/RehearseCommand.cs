using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Distill.Cli.Capacity;
using Distill.Cli.Output;
using Distill.Cli.Planning;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using Distill.Pipeline.Retries;
using Distill.Pipeline.Storage;
using Spectre.Console;

namespace Distill.Cli.Commands;

/// <summary>
/// The command <c>distill rehearse</c>: runs a whole pipeline on noise, scaled down or, with <c>--width 1</c>, with networks of full width.
/// It shows whether the pipeline runs, and how much memory it takes, before the data are there.
/// </summary>
internal static class RehearseCommand
{
    public static Command Create()
    {
        var pipeline = CommonArguments.Pipeline();
        var width = NumberOptions.Positive(
            "--width", "Factor on every network's width; 1 keeps the full width.", fallback: 1.0 / 16, max: 16);
        var batch = NumberOptions.Integer("--batch", "Maximum batch size.", fallback: 4, min: 2);
        var steps = NumberOptions.Integer("--steps", "Training steps per stage.", fallback: 1, min: 1);
        var size = NumberOptions.Integer("--image-size", "Maximum height and width of the images.", fallback: 64, min: 8);
        var until = new Option<string?>("--until") { Description = "Last stage to run, such as pretrain. Default: all stages." };
        var plan = new Option<bool>("--plan")
        {
            Description = "Run no stage; show the memory, disk and time that each needs, and which groups fit which GPU.",
        };
        var images = NumberOptions.OptionalInteger("--images", "With --plan: training images, if the dataset is not there.", min: 1);
        var classes = NumberOptions.OptionalInteger("--classes", "With --plan: classes, if the dataset is not there.", min: 2);
        var json = CommonArguments.Json();
        var command = new Command("rehearse", "Run every stage briefly with small networks on random images; no dataset needed.")
        {
            pipeline, width, batch, steps, size, until, plan, images, classes, json,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(plan))
            {
                return ShowPlan(
                    PipelineOptions.Load(parsed.GetRequiredValue(pipeline)),
                    parsed.GetValue(images),
                    parsed.GetValue(classes),
                    parsed.GetValue(json));
            }

            var scale = new RehearsalScale(parsed.GetValue(width), parsed.GetValue(batch), parsed.GetValue(steps), parsed.GetValue(size));
            return Execute(PipelineOptions.Load(parsed.GetRequiredValue(pipeline)), scale, parsed.GetValue(until), parsed.GetValue(json));
        });
        return command;
    }

    private static int Execute(PipelineOptions options, RehearsalScale scale, string? until, bool json)
    {
        using var interruption = new Interruption();
        var folder = Directory.CreateTempSubdirectory("distill-rehearsal-").FullName;
        try
        {
            var plan = Plan.Create(Rehearsal.Reduce(options, scale), Rehearsal.Dataset(options, scale), folder);
            var stages = Until(plan.Stages, until);
            var view = Session.View(json);
            using (view as IDisposable)
            {
                options.Settings.Compute.Open(new DeviceRetry(TimeProvider.System, view.Note), view.Note, interruption.Token);
                new PipelineRunner(plan.ModelsFolder, stages, plan.Externals, view, TimeProvider.System).Run(interruption.Token);
            }

            Write(RunManifest.Load(Path.Combine(plan.ModelsFolder, PipelineRunner.LockFile), Console.Error.WriteLine), stages, json);
            return ExitCodes.Done;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int ShowPlan(PipelineOptions options, int? images, int? classes, bool json)
    {
        using var interruption = new Interruption();
        var data = PlannedData.Find(options.Dataset, () => Session.Open(options, interruption.Token).Dataset, images, classes);
        var plan = CapacityPlan.Measure(options, data, stage => Console.Error.WriteLine($"measuring {stage}"), interruption.Token);
        if (json)
        {
            Console.Out.WriteLine(CapacityTable.ToJson(plan).ToJsonString(JsonFormat.Indented));
        }
        else
        {
            CapacityTable.Write(plan, options.Settings.Compute.ToString());
        }

        return ExitCodes.Done;
    }

    private static IReadOnlyList<StageDefinition> Until(IReadOnlyList<StageDefinition> stages, string? last)
    {
        var count = last is null ? stages.Count : stages.Select(stage => stage.Name).ToList().IndexOf(last) + 1;
        return count > 0
            ? [.. stages.Take(count)]
            : throw new UserException(
                $"--until: found \"{last}\", expected one of {string.Join(", ", stages.Select(stage => stage.Name))}");
    }

    private static void Write(RunManifest done, IReadOnlyList<StageDefinition> stages, bool json)
    {
        // The peak of the whole process: a step of the largest stage, and the memory of the runtime.
        var peak = Process.GetCurrentProcess().PeakWorkingSet64 / (double)(1 << 30);
        if (json)
        {
            Console.Out.WriteLine(new JsonObject
            {
                ["peakGiB"] = Math.Round(peak, 2),
                ["stages"] = new JsonArray([.. stages.Select(stage => new JsonObject
                {
                    ["name"] = stage.Name,
                    ["metrics"] = done.Stages[stage.Name].Metrics.DeepClone(),
                })]),
            }.ToJsonString(JsonFormat.Indented));
            return;
        }

        var table = new Table().Border(TableBorder.Rounded).AddColumns("stage", "parameters", "seconds", "seconds per step");
        foreach (var stage in stages)
        {
            var metrics = done.Stages[stage.Name].Metrics;
            table.AddRow(
                stage.Name,
                metrics["parameters"]?.GetValue<long>().ToString("N0", CultureInfo.InvariantCulture) ?? "",
                metrics["seconds"]?.GetValue<double>().ToString("0.0", CultureInfo.InvariantCulture) ?? "",
                metrics["secondsPerStep"]?.GetValue<double>().ToString("0.000", CultureInfo.InvariantCulture) ?? "");
        }

        AnsiConsole.Write(table);
        Console.Out.WriteLine(FormattableString.Invariant($"Peak memory {peak:0.0} GiB. Trained on random images; ignore the accuracies."));
    }
}
