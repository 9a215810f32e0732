using System.CommandLine;

namespace Stages.Cli.Commands;

/// <summary>Arguments and options that several commands take.</summary>
internal static class CommonArguments
{
    public static Argument<string> Pipeline() => new("pipeline")
    {
        Description = "A pipeline file, or the name of a shipped preset.",
        DefaultValueFactory = _ => "pipeline.json",
    };

    public static Option<string> PipelineOption() => new("--pipeline")
    {
        Description = "A pipeline file, or the name of a shipped preset.",
        DefaultValueFactory = _ => "pipeline.json",
    };

    public static Option<int?> Seed() => new("--seed")
    {
        Description = "Replaces the pipeline's seed; the run gets folders of its own, NAME-seed-N.",
    };

    public static Option<bool> Json() => new("--json")
    {
        Description = "Report in JSON on stdout.",
    };
}
