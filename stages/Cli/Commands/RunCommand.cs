using System.CommandLine;
using Stages.Cli.Output;
using Stages.Cli.Plan;
using Stages.Publish.Results;

namespace Stages.Cli.Commands;

/// <summary><c>distill run</c>: the whole road, or what is left of it.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var pipeline = CommonArguments.Pipeline();
        var seed = CommonArguments.Seed();
        var json = CommonArguments.Json();
        var command = new Command("run", "Run every stage that is not done; a cut run goes on where it was.") { pipeline, seed, json };
        command.SetAction(parsed => Execute(
            PipelineOptions.Load(parsed.GetRequiredValue(pipeline), parsed.GetValue(seed)), parsed.GetValue(json)));
        return command;
    }

    /// <summary>Runs a pipeline and shows its results.</summary>
    public static int Execute(PipelineOptions options, bool json)
    {
        using var interruption = new Interruption();
        var session = Session.Open(options);
        var view = Session.View(json);
        using (view as IDisposable)
        {
            view.Note($"{options.Name}: seed {options.Settings.Seed}, {options.Settings.Compute}, {options.Labels.Rule}");
            session.Runner(view).Run(interruption.Token);
        }

        var results = Path.Combine(session.Plan.ModelsFolder, EvaluateStage.Json);
        if (json)
        {
            Console.Out.Write(File.ReadAllText(results));
        }
        else
        {
            ResultsTable.Write(ResultsFile.Read(results));
            Console.Out.WriteLine($"Published: {Path.Combine(session.Plan.ModelsFolder, "published", options.Publish.Student)}");
        }

        return ExitCodes.Done;
    }
}
