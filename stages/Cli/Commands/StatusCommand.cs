using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Distill.Cli.Planning;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Progress;
using Distill.Pipeline.Storage;
using Spectre.Console;

namespace Distill.Cli.Commands;

/// <summary>The command <c>distill status</c>: shows the state of each stage and the reason.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var pipeline = CommonArguments.Pipeline();
        var seed = CommonArguments.Seed();
        var json = CommonArguments.Json();
        var command = new Command("status", "Show each stage's status (done, stale, interrupted, pending) and the reason.")
        {
            pipeline, seed, json,
        };
        command.SetAction(parsed =>
        {
            var options = PipelineOptions.Load(parsed.GetRequiredValue(pipeline), parsed.GetValue(seed));
            if (WorkingFolder.Note(parsed.GetRequiredValue(pipeline), Path.Combine("models", options.Name)) is { } note)
            {
                Console.Error.WriteLine(note);
            }

            var session = Session.Open(options);
            var view = new PlainProgressView(Console.Error, TimeProvider.System, TimeSpan.Zero);
            var stages = session.Runner(view).Status();
            if (parsed.GetValue(json))
            {
                Console.Out.WriteLine(ToJson(stages));
            }
            else
            {
                Write(stages);
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static void Write(IReadOnlyList<StageStatus> stages)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("stage", "status", "reason");
        foreach (var stage in stages)
        {
            table.AddRow(Markup.Escape(stage.Name), StateName(stage.State), Markup.Escape(string.Join("\n", Reasons(stage))));
        }

        AnsiConsole.Write(table);
    }

    private static IEnumerable<string> Reasons(StageStatus stage) => stage is { State: not StageState.Done, CheckpointStep: { } step }
        ? stage.Reasons.Append(string.Create(CultureInfo.InvariantCulture, $"resumes from step {step:N0}"))
        : stage.Reasons;

    private static string ToJson(IReadOnlyList<StageStatus> stages) => new JsonArray([.. stages.Select(stage => new JsonObject
    {
        ["name"] = stage.Name,
        ["state"] = StateName(stage.State),
        ["reasons"] = new JsonArray([.. stage.Reasons.Select(reason => JsonValue.Create(reason))]),
        ["checkpointStep"] = stage.CheckpointStep,
        ["seconds"] = stage.Seconds,
    })]).ToJsonString(JsonFormat.Indented);

    private static string StateName(StageState state) => state switch
    {
        StageState.ToDo => "pending",
        StageState.Interrupted => "interrupted",
        StageState.Stale => "stale",
        _ => "done",
    };
}
