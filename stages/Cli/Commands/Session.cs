using Distill.Cli.Planning;
using Distill.Datasets;
using Distill.Imaging.Splits;
using Distill.Learning.Native;
using Distill.Learning.Native.Loading;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using Distill.Pipeline.Progress;
using Spectre.Console;
using TorchSharp;

namespace Distill.Cli.Commands;

/// <summary>A pipeline opened for a command: options read, data set found, plan made; nothing has run.</summary>
internal sealed class Session
{
    private static readonly TimeSpan PlainEvery = TimeSpan.FromSeconds(10);

    private Session(PipelineOptions options, IDataset dataset, Plan plan) => (Options, Dataset, Plan) = (options, dataset, plan);

    public PipelineOptions Options { get; }

    public IDataset Dataset { get; }

    public Plan Plan { get; }

    public static Session Open(PipelineOptions options)
    {
        // Every stage reads the images anew; what is wrong with one of them is said once.
        var said = new HashSet<string>();
        var dataset = DatasetCatalog.Open(options.Dataset, message =>
        {
            if (said.Add(message))
            {
                Console.Error.WriteLine(message);
            }
        });
        return new Session(options, dataset, Plan.Of(options, dataset));
    }

    /// <summary>Draws the labels once, before anything runs for hours: what is wrong with them would otherwise show only where they are used.</summary>
    /// <exception cref="UserException">There are not enough, or a list is wrong.</exception>
    public void CheckLabels()
    {
        var train = Dataset.Train();
        var labels = LabelSplit.Draw(train, Options.Labels);
        if (Options.Publish.HeldOut is { } heldOut)
        {
            LabelSplit.DrawBeside(train, heldOut, labels);
        }
    }

    /// <summary>Where this process computes, and in what arithmetic: all that changes the last digits of results without being in a stage's key.</summary>
    public string Machine => FormattableString.Invariant(
        $"{Options.Settings.Compute}, {Processor.Name}, {Processor.VectorLevel}, {Threads}, libtorch {LibTorch.Build.Version ?? "unknown"}");

    private static string Threads => torch.get_num_threads() is > 1 and var threads ? FormattableString.Invariant($"{threads} threads") : "1 thread";

    public PipelineRunner Runner(IProgressView view) =>
        new(Plan.ModelsFolder, Plan.Stages, Plan.Externals, view, TimeProvider.System) { Machine = Machine };

    /// <summary>Live on a terminal, plain lines in a pipe; on stderr where stdout is for JSON.</summary>
    public static IProgressView View(bool json) => json || Console.IsOutputRedirected
        ? new PlainProgressView(json ? Console.Error : Console.Out, TimeProvider.System, PlainEvery)
        : new LiveProgressView(AnsiConsole.Console, TimeProvider.System);
}
