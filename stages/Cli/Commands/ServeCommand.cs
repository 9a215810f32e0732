using System.CommandLine;
using Distill.Artifacts;
using Distill.Learning.Training;
using Distill.Serve;
using TorchSharp;

namespace Distill.Cli.Commands;

/// <summary>The command <c>distill serve</c>: a page on this machine that classifies images with a published student.</summary>
internal static class ServeCommand
{
    private static readonly ServeOptions Defaults = new();

    public static Command Create()
    {
        var model = new Argument<string?>("model")
        {
            Description = "Folder of a published model. Default: the one that the pipeline publishes.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var format = CommonArguments.Format();
        var pipeline = CommonArguments.PipelineOption();
        var port = NumberOptions.Integer(
            "--port", "TCP port on 127.0.0.1, or 0 for any free one.", Defaults.Port, min: 0, max: ushort.MaxValue);
        var megabytes = NumberOptions.Integer("--max-megabytes", "Largest image file, in MB.", Defaults.MaxMegabytes, min: 1, max: 1000);
        var megapixels = NumberOptions.Integer(
            "--max-megapixels", "Largest image, in millions of pixels.", Defaults.MaxMegapixels, min: 1, max: 100);
        var images = NumberOptions.Integer("--max-images", "Most images of one request.", Defaults.MaxImages, min: 1, max: 1000);
        var requests = NumberOptions.Integer(
            "--max-requests", "Most requests at once; further ones are refused.", Defaults.MaxRequests, min: 1, max: 100);
        var seconds = NumberOptions.Integer(
            "--max-seconds", "Longest time of one request, in seconds.", Defaults.MaxSeconds, min: 1, max: 3600);
        var command = new Command("serve", "Classify images on a local page and over HTTP, with a published student.")
        {
            model, format, pipeline, port, megabytes, megapixels, images, requests, seconds,
        };
        command.SetAction(parsed =>
        {
            var options = new ServeOptions(
                parsed.GetValue(port), parsed.GetValue(megabytes), parsed.GetValue(megapixels), parsed.GetValue(images),
                parsed.GetValue(requests), parsed.GetValue(seconds));
            var folder = parsed.GetValue(model) ?? CommonArguments.PublishedFolder(parsed.GetRequiredValue(pipeline));
            Serve(folder, parsed.GetRequiredValue(format), options);
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Serve(string folder, string format, ServeOptions options)
    {
        using var published = PublishedModel.Load(folder, new Compute(torch.CPU, Bf16: false), format);
        using var interruption = new Interruption("Stopping.");
        var served = new ServedModel(ServedModel.NameOf(folder), format, published);
        Server.RunAsync(served, options, Announce, interruption.Token).GetAwaiter().GetResult();

        void Announce(Uri address) =>
            Console.Out.WriteLine($"{served.Name} is at {address} for this machine only. Press Ctrl-C to stop.");
    }
}
