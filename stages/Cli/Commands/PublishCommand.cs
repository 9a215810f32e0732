using System.CommandLine;
using Distill.Cli.Planning;
using Distill.Pipeline.Options;

namespace Distill.Cli.Commands;

/// <summary>The command <c>distill publish</c>: runs the pipeline and publishes the student of any round.</summary>
internal static class PublishCommand
{
    public static Command Create()
    {
        var pipeline = CommonArguments.Pipeline();
        var seed = CommonArguments.Seed();
        var student = new Option<string?>("--student")
        {
            Description = "Student to publish, such as distilled. Default: publish.student of the pipeline.",
        };
        var json = CommonArguments.Json();
        var command = new Command("publish", "Publish a student. Stages that it needs and that are not up to date run first.")
        {
            pipeline, seed, student, json,
        };
        command.SetAction(parsed =>
        {
            var options = PipelineOptions.Load(parsed.GetRequiredValue(pipeline), parsed.GetValue(seed));
            if (parsed.GetValue(student) is { } name)
            {
                var known = options.Publishable;
                options = known.Contains(name, StringComparer.Ordinal)
                    ? options with { Publish = options.Publish with { Student = name } }
                    : throw new UserException($"--student: found \"{name}\", expected one of {string.Join(", ", known)}");
            }

            return RunCommand.Execute(options, parsed.GetValue(json));
        });
        return command;
    }
}
