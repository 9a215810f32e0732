using System.Text.Json.Nodes;
using Distill.Datasets.Images;
using Distill.Imaging.Augmentation;
using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using Distill.Pipeline.Options;
using Distill.Rivals.Training;
using static TorchSharp.torch;

namespace Distill.Rivals.BigBiGan;

/// <summary>
/// BigBiGAN (Donahue and Simonyan 2019, arXiv:1907.02544): an encoder that inverts a generator of images. The block <c>rivals.bigbigan</c>.
/// </summary>
/// <param name="Network">The encoder.</param>
/// <param name="Latent">Length of a latent; 120 in the paper.</param>
/// <param name="Width">Channels of the largest maps of generator and discriminator; 96 in BigGAN, for 128 pixels.</param>
/// <param name="Adversaries">Optimizer of generator and discriminator; Adam at 0.0002 in the paper.</param>
/// <param name="Augmentations">Augmentations of an image.</param>
/// <param name="Training">Steps, images per step, and the encoder's optimizer.</param>
public sealed record BigBiGanOptions(
    NetworkOptions Network,
    int Latent,
    int Width,
    OptimizerOptions Adversaries,
    AugmentationOptions Augmentations,
    TrainingOptions Training)
    : ViewRival("bigbigan", Network, Augmentations, Training)
{
    private static readonly OptimizerOptions Adam = OptimizerOptions.Default with { LearningRate = 2e-4, WeightDecay = 0 };

    /// <inheritdoc/>
    public override string Description => "BigBiGAN without labels, by inverting a generator, then fine-tuned entirely from the encoder";

    /// <inheritdoc/>
    public override int Version => 1;

    /// <summary>The dense layer of mean and deviation.</summary>
    public override HeadOptions Head => new(1, 2 * Latent);

    /// <inheritdoc/>
    public override int RowsPerStep => Training.BatchSize;

    /// <summary>The discriminator's step takes the whole batch.</summary>
    private protected override bool NeedsWholeBatch => true;

    /// <summary>Reads the block.</summary>
    /// <param name="section">The block.</param>
    /// <param name="network">The network of all rivals.</param>
    /// <param name="views">Views that each rival trains on.</param>
    internal static BigBiGanOptions Read(JsonSection section, NetworkOptions network, int views)
    {
        // The paper's encoder learns ten times as fast as its generator.
        var training = TrainingOptions.ReadBatch(section, new TrainingOptions(1, 256, Adam with { LearningRate = 10 * Adam.LearningRate }));
        var beta1 = section.Number("beta1", 0, 0, 0.9999, "β₁ of adamw, for all three networks.");
        return new BigBiGanOptions(
            network,
            section.Integer("latent", 120, 2, 8192, "Length of the latent of an image."),
            section.Integer("width", 32, 1, 1024, "Channels of the largest maps of generator and discriminator."),
            OptimizerOptions.Read(section.Section("adversaries", "Optimizer of the generator and of the discriminator."), Adam) with
            {
                Beta1 = beta1,
            },
            AugmentationOptions.Read(
                section, new JsonObject { ["operation"] = "crop", ["area"] = new JsonArray(0.5, 1.0) }),
            training with { Steps = Math.Max(1, views / training.BatchSize), Optimizer = training.Optimizer with { Beta1 = beta1 } });
    }

    /// <inheritdoc/>
    public override nn.Module<Tensor, Tensor> Create(int channels, Generator? generator) =>
        new LatentEncoder(Network, Latent, channels, generator);

    /// <summary>Generator and discriminator with their optimizers, and the graphs of the discriminator's step.</summary>
    public override MethodMemory MemoryBeside(ImageShape shape, long images)
    {
        var sizes = new MapSizes(shape.Height, shape.Width);
        using var adversaries = CreateAdversaries(shape.Channels, sizes, new Compute(CPU, Bf16: false), RandomKey.FromSeed(0));
        var saved = adversaries.State.Values.Sum(tensor => tensor.numel() * tensor.element_size());
        var generated = ImageGenerator.ValuesPerImage(Width, shape.Channels, sizes);
        var judged = PairDiscriminator.ValuesPerImage(Width, shape.Channels, sizes);
        // The discriminator sees as many generated images as others. On the way back, a gradient of its largest maps comes on top.
        var values = generated + (2 * judged) + (2 * Width * sizes.Pixels(0));
        return new MethodMemory(saved + adversaries.GradientBytes, saved, Training.BatchSize * values * sizeof(float));
    }

    /// <inheritdoc/>
    private protected override EncoderTask CreateTask(EncoderSetup setup)
    {
        var shape = setup.Images.Images.Shape;
        var sizes = new MapSizes(shape.Height, shape.Width);
        var adversaries = CreateAdversaries(shape.Channels, sizes, setup.Compute, setup.Random.Fold("adversaries"));
        return new BigBiGanTask(setup.Network, setup.CreateReplica, setup.Views, adversaries, setup.Random);
    }

    /// <summary>Creates generator and discriminator on the device.</summary>
    internal Adversaries CreateAdversaries(int channels, MapSizes sizes, Compute compute, RandomKey random)
    {
        using var weights = random.Generator();
        var generator = new ImageGenerator(Latent, Width, channels, sizes, weights);
        var discriminator = new PairDiscriminator(Latent, Width, channels, sizes, weights);
        compute.MoveTo(generator);
        compute.MoveTo(discriminator);
        return new Adversaries(generator, discriminator, Adversaries, Training.Steps, compute);
    }
}
