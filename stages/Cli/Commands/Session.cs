using Distill.Cli.Planning;
using Distill.Datasets;
using Distill.Learning.Native;
using Distill.Learning.Native.Loading;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Progress;
using Spectre.Console;
using TorchSharp;

namespace Distill.Cli.Commands;

/// <summary>A pipeline that a command has opened: options are read, the dataset is found and the plan is made. Nothing has run.</summary>
internal sealed class Session
{
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(10);

    private Session(PipelineOptions options, IDataset dataset, Plan plan) => (Options, Dataset, Plan) = (options, dataset, plan);

    public PipelineOptions Options { get; }

    public IDataset Dataset { get; }

    public Plan Plan { get; }

    /// <summary>Opens a pipeline.</summary>
    /// <param name="options">The pipeline.</param>
    /// <param name="cancellation">Stops the first look at the images, which the next command continues.</param>
    public static Session Open(PipelineOptions options, CancellationToken cancellation = default) =>
        Open(options, isSilent: false, cancellation);

    /// <summary>Opens a pipeline.</summary>
    /// <param name="options">The pipeline.</param>
    /// <param name="isSilent">Whether another process shows the messages about images.</param>
    /// <param name="cancellation">Stops the first look at the images, which the next command continues.</param>
    public static Session Open(PipelineOptions options, bool isSilent, CancellationToken cancellation)
    {
        // Every stage reads the images again, but a message about one of them is written once.
        var written = new HashSet<string>();
        var dataset = DatasetCatalog.Open(options.Dataset, message =>
        {
            if (!isSilent && written.Add(message))
            {
                Console.Error.WriteLine(message);
            }
        }, cancellation: cancellation);
        return new Session(options, dataset, Plan.Create(options, dataset));
    }

    /// <summary>
    /// Device, precision, processor and libtorch of this process. They can change the last digits of results, but are not part of
    /// a stage's key.
    /// </summary>
    public string Machine => FormattableString.Invariant(
        $"{Options.Settings.Compute}, {Processor.Name}, {Processor.VectorLevel}, {Threads}, libtorch {LibTorchVersion}");

    private static string Threads => torch.get_num_threads() is > 1 and var threads
        ? FormattableString.Invariant($"{threads} threads")
        : "1 thread";

    private static string LibTorchVersion => LibTorch.Build.Version ?? "unknown";

    /// <summary>Creates what runs the pipeline.</summary>
    /// <param name="view">View that shows the run.</param>
    /// <param name="otherRuns">Folders of runs whose finished stages are copied; null for none.</param>
    public PipelineRunner Runner(IProgressView view, IReadOnlyList<string>? otherRuns = null) =>
        new(Plan.ModelsFolder, Plan.Stages, Plan.Externals, view, TimeProvider.System) { Machine = Machine, OtherRuns = otherRuns ?? [] };

    /// <summary>Returns a live view on a terminal, and plain lines in a pipe. The lines go to stderr if stdout is for JSON.</summary>
    /// <param name="json">Whether stdout is for JSON.</param>
    /// <param name="plain">Whether to print lines on a terminal too, such as mpirun's, which copies what several processes print.</param>
    public static IProgressView View(bool json, bool plain = false) => json || plain || Console.IsOutputRedirected
        ? new PlainProgressView(json ? Console.Error : Console.Out, TimeProvider.System, PlainInterval)
        : new LiveProgressView(AnsiConsole.Console, TimeProvider.System);
}
