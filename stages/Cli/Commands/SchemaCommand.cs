using System.CommandLine;
using Distill.Cli.Output;
using Distill.Cli.Planning;
using Distill.Pipeline.Options;

namespace Distill.Cli.Commands;

/// <summary>The command <c>distill schema</c>: prints the JSON Schema of pipeline.json.</summary>
internal static class SchemaCommand
{
    /// <summary>The text of the schema.</summary>
    public static string Text => ReadableJson.Write(JsonSchema.Of(OptionCatalog.Read(), "A Distill pipeline"));

    public static Command Create()
    {
        var command = new Command("schema", "Print the JSON Schema of pipeline.json.");
        command.SetAction(_ =>
        {
            Console.Out.Write(Text);
            return ExitCodes.Done;
        });
        return command;
    }
}
