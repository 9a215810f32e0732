using System.CommandLine;

namespace Distill.Cli.Commands;

/// <summary>Arguments and options that several commands take.</summary>
internal static class CommonArguments
{
    public static Argument<string> Pipeline() => new("pipeline")
    {
        Description = "Pipeline file, or the name of a preset.",
        DefaultValueFactory = _ => "pipeline.json",
    };

    public static Option<string> PipelineOption() => new("--pipeline")
    {
        Description = "Pipeline file, or the name of a preset.",
        DefaultValueFactory = _ => "pipeline.json",
    };

    public static Option<int?> Seed() => new("--seed")
    {
        Description = "Seed to use instead of the pipeline's. The run gets its own folders, named NAME-seed-N.",
    };

    public static Option<bool> Json() => new("--json")
    {
        Description = "Print JSON to stdout.",
    };
}
