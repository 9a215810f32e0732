using Distill.Datasets;
using Distill.Datasets.Images;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using Distill.Rivals.BigBiGan;
using Distill.Rivals.Cpc;
using Distill.Rivals.InstDisc;
using Distill.Rivals.Pirl;
using Distill.Rivals.SimClr;
using static TorchSharp.torch;

namespace Distill.Rivals;

/// <summary>
/// A method that trains an encoder without labels. Its classifier is then fine-tuned from the encoder, as that of SimCLRv2 is.
/// </summary>
/// <param name="Name">Name of its block, of the stage that fine-tunes, and of its row in the results.</param>
/// <param name="Network">The encoder.</param>
/// <param name="Training">Steps, images per step, and optimizer.</param>
public abstract record EncoderRival(string Name, NetworkOptions Network, TrainingOptions Training)
{
    /// <summary>File name of the trained encoder.</summary>
    public const string Output = TrainingLoop.Output;

    private static readonly (string Name, string Help, Func<JsonSection, NetworkOptions, int, EncoderRival> Read)[] Methods =
    [
        ("instdisc", "Instance discrimination (Wu et al. 2018): an encoder that tells every image from all others, then fine-tuned.",
            InstDiscOptions.Read),
        ("pirl", "PIRL (Misra and van der Maaten 2020): an encoder that knows an image by its shuffled patches, then fine-tuned.",
            PirlOptions.Read),
        ("simclr", "SimCLR (Chen et al. 2020) with the network of all methods and a head of two layers, then fine-tuned.",
            SimClrOptions.Read),
        ("cpc", "CPC v2 (Hénaff et al. 2020): an encoder of patches that predicts those farther on, then fine-tuned.", CpcOptions.Read),
        ("bigbigan", "BigBiGAN (Donahue and Simonyan 2019): an encoder that inverts a generator of images, then fine-tuned.",
            BigBiGanOptions.Read),
    ];

    /// <summary>Names of all methods.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Methods.Select(method => method.Name)];

    /// <summary>Name of the stage that trains the encoder.</summary>
    public string Pretraining => PretrainingOf(Name);

    /// <summary>The method in a few words, for the results.</summary>
    public abstract string Description { get; }

    /// <summary>Increased when the same options and inputs give different weights.</summary>
    public abstract int Version { get; }

    /// <summary>Projection above the encoder, which fine-tuning leaves out.</summary>
    public abstract HeadOptions Head { get; }

    /// <summary>Rows of a step.</summary>
    public abstract int RowsPerStep { get; }

    /// <summary>Length of the projections that NT-Xent compares; 0 for another loss.</summary>
    public virtual int ContrastedLength => 0;

    /// <summary>Name of the stage that trains the encoder of a method.</summary>
    public static string PretrainingOf(string name) => $"{name}-pretrain";

    /// <summary>Reads those methods of the block <c>rivals</c> that it has blocks for.</summary>
    /// <param name="rivals">The block.</param>
    /// <param name="network">The network of all methods.</param>
    /// <param name="views">Views that each method trains on.</param>
    public static IReadOnlyList<EncoderRival> ReadAll(JsonSection rivals, NetworkOptions network, int views) =>
    [
        .. Methods
            .Select(method => (method.Read, Own: rivals.OptionalSection(method.Name, byDefault: false, method.Help)))
            .Where(method => method.Own is not null)
            .Select(method => method.Read(method.Own!, network, views)),
    ];

    /// <summary>Estimates the memory that a training needs beside its network, NT-Xent excepted.</summary>
    /// <param name="shape">Shape of an image.</param>
    /// <param name="images">Number of all images.</param>
    public virtual MethodMemory MemoryBeside(ImageShape shape, long images) => MethodMemory.None;

    /// <summary>Creates the network that is trained, on the CPU.</summary>
    /// <param name="channels">Channels of the images.</param>
    /// <param name="generator">Draws the initial weights; null if others replace them.</param>
    public abstract nn.Module<Tensor, Tensor> Create(int channels, Generator? generator);

    /// <summary>Creates the network on the device.</summary>
    private protected nn.Module<Tensor, Tensor> CreateOn(Compute compute, int channels, Generator? generator)
    {
        var network = Create(channels, generator);
        compute.MoveTo(network);
        return network;
    }

    /// <summary>Trains the encoder, or resumes its training.</summary>
    public abstract StageResult Run(StageContext context, RunSettings settings, IDataset dataset);
}
