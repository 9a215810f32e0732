using System.CommandLine;
using Distill.Cli.Checks;
using Distill.Cli.Planning;
using Distill.Pipeline.Storage;

namespace Distill.Cli.Commands;

/// <summary>The command <c>distill data check</c>: tells everything that is wrong or odd about the data before a run does.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var pipeline = CommonArguments.Pipeline();
        var sheet = new Option<string?>("--sheet")
        {
            Description = "PNG file to draw: images that are skipped or odd, and some images of each class.",
        };
        var json = CommonArguments.Json();
        var command = new Command("check", "Check every image, and report what a run cannot use and what is odd.")
        {
            pipeline, sheet, json,
        };
        command.SetAction(parsed =>
        {
            using var interruption = new Interruption("Stopping. What was read so far is kept. Press Ctrl-C again to stop immediately.");
            var session = Session.Open(PipelineOptions.Load(parsed.GetRequiredValue(pipeline)), interruption.Token);
            var check = DataCheck.Run(session.Options, session.Dataset);
            if (parsed.GetValue(json))
            {
                Console.Out.WriteLine(CheckJson.Of(check).ToJsonString(JsonFormat.Indented));
            }
            else
            {
                CheckTables.Write(check);
            }

            // Before the sheet, which may fail.
            foreach (var error in check.Errors)
            {
                Console.Error.WriteLine(error);
            }

            if (parsed.GetValue(sheet) is { } path)
            {
                var log = parsed.GetValue(json) ? Console.Error : Console.Out;
                foreach (var line in CheckSheet.Write(path, check.Data))
                {
                    log.WriteLine(line);
                }
            }

            return check.Errors.Any() ? ExitCodes.WrongInput : ExitCodes.Done;
        });
        return command;
    }
}
