using System.CommandLine;
using Distill.Artifacts;
using Distill.Cli.Planning;

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

    public static Option<int?> Seed() => NumberOptions.OptionalInteger(
        "--seed", "Seed to use instead of the pipeline's. The run gets its own folders, named NAME-seed-N.", min: 0);

    public static Option<bool> Json() => new("--json")
    {
        Description = "Print JSON to stdout.",
    };

    /// <summary>The option that names the folder of a published model.</summary>
    public static Option<string?> Model() => new("--model")
    {
        Description = "Folder of a published model. Default: the one that the pipeline publishes.",
    };

    /// <summary>The option that names a format of a published model.</summary>
    public static Option<string> Format()
    {
        var format = new Option<string>("--format")
        {
            Description = "Model format: safetensors (TorchSharp), or fp32, fp16 or int8 (ONNX Runtime).",
            DefaultValueFactory = _ => PublishedModel.DefaultFormat,
        };
        format.AcceptOnlyFromAmong([.. PublishedModel.Formats]);
        return format;
    }

    /// <summary>Returns the folder into which a pipeline publishes: the default of <see cref="Model"/>.</summary>
    public static string PublishedFolder(string pipeline)
    {
        var options = PipelineOptions.Load(pipeline);
        return Path.Combine("models", options.Name, "published", options.Publish.Student);
    }
}
