using System.CommandLine;
using Distill.Cli.Planning;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Cli.Commands;

/// <summary>The command <c>distill options</c>: prints the options of pipeline.json as Markdown tables.</summary>
internal static class OptionsCommand
{
    public static Command Create()
    {
        var write = new Option<string?>("--write")
        {
            Description = "Markdown file whose table of options to replace, instead of printing it.",
        };
        var command = new Command("options", "Print all options of pipeline.json with their defaults.") { write };
        command.SetAction(parsed =>
        {
            var reference = OptionReference.Of(OptionCatalog.Read());
            if (parsed.GetValue(write) is { } path)
            {
                Durable.WriteText(path, OptionReference.Insert(File.ReadAllText(path), path, reference));
            }
            else
            {
                Console.Out.Write(reference);
            }

            return ExitCodes.Done;
        });
        return command;
    }
}
