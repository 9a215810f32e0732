using System.CommandLine;
using Distill.Artifacts;
using Distill.Cli.Planning;
using Distill.Imaging.Augmentation;
using Distill.Imaging.Loading;
using TorchSharp;

namespace Distill.Cli.Commands;

/// <summary>The command <c>distill data views</c>: draws a contact sheet of images as pretraining sees them.</summary>
internal static class ViewsCommand
{
    private const int Images = 10;
    private const int Views = 9;

    public static Command Create()
    {
        var pipeline = CommonArguments.Pipeline();
        var output = new Option<string>("--output") { Description = "PNG file to write.", DefaultValueFactory = _ => "views.png" };
        var command = new Command("views", "Draw training images and their augmented views to a PNG file.") { pipeline, output };
        command.SetAction(parsed =>
        {
            var session = Session.Open(PipelineOptions.Load(parsed.GetRequiredValue(pipeline)));
            using var scope = torch.NewDisposeScope();
            using var bank = ImageBank.Open(session.Dataset.Train(), torch.CPU);
            var images = Math.Min(Images, bank.Images.Count);
            var random = session.Options.Settings.Random(StageNames.Pretrain);
            var path = parsed.GetRequiredValue(output);
            ContactSheet.Write(path, [.. ViewSheet.Rows(bank, session.Options.Pretrain.Options.Augmentations, random, images, Views)]);
            Console.Out.WriteLine($"{path}: {images} training images, the original and {Views} views of each");
            return ExitCodes.Done;
        });
        return command;
    }
}
