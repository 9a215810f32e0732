using System.CommandLine;
using Stages.Cli.Plan;
using Stages.Imaging.Augmentation;
using Stages.Imaging.Loading;
using TorchSharp;

namespace Stages.Cli.Commands;

/// <summary><c>distill data views</c>: a contact sheet, so that one sees what pretraining sees.</summary>
internal static class ViewsCommand
{
    private const int Images = 10;
    private const int Views = 9;

    public static Command Create()
    {
        var pipeline = CommonArguments.Pipeline();
        var output = new Option<string>("--output") { Description = "The PNG to write.", DefaultValueFactory = _ => "views.png" };
        var command = new Command("views", "Draw originals and their augmented views as a PNG.") { pipeline, output };
        command.SetAction(parsed =>
        {
            var session = Session.Open(PipelineOptions.Load(parsed.GetRequiredValue(pipeline)));
            using var scope = torch.NewDisposeScope();
            using var bank = ImageBank.Open(session.Dataset.Train(), torch.CPU);
            var random = session.Options.Settings.Random("pretrain");
            var originals_NCHW = bank.Take(Enumerable.Range(0, Images));
            var rows = Enumerable.Range(0, Views).Select(view => ViewMaker.Make(
                originals_NCHW,
                session.Options.Pretrain.Views,
                Enumerable.Range(0, Images).Select(image => new Sample(0, image).View(random, view)).ToArray()));
            var path = parsed.GetRequiredValue(output);
            ContactSheet.Write(path, [originals_NCHW, .. rows]);
            Console.Out.WriteLine($"{path}: {Images} training images, the original and {Views} views of each");
            return ExitCodes.Done;
        });
        return command;
    }
}
