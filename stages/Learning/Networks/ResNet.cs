using Distill.Learning.Networks.Inference;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

// N images, C channels, H height, W width, D features, K classes
namespace Distill.Learning.Networks;

/// <summary>
/// A residual network with torchvision's key names and arithmetic (torchvision's <c>resnet.py</c>, "v1.5"). With a number of classes it
/// ends in <c>fc</c> and gives logits. Without, it is an encoder and gives pooled features.
/// </summary>
public sealed class ResNet : nn.Module<Tensor, Tensor>, IInferenceConvertible
{
    // Field names are torchvision's keys.
    private readonly nn.Module<Tensor, Tensor> conv1;
    private readonly BatchNormalization bn1;
    private readonly Sequential layer1;
    private readonly Sequential layer2;
    private readonly Sequential layer3;
    private readonly Sequential layer4;
    private readonly Linear? fc;
    private readonly bool _pooledStem;
    private readonly Normalization? _normalization;

    /// <param name="options">Architecture, width, stem and normalization.</param>
    /// <param name="channels">Channels of the images.</param>
    /// <param name="classes">Number of classes; null for an encoder.</param>
    /// <param name="generator">Draws the initial weights; null if others replace them.</param>
    public ResNet(NetworkOptions options, int channels, int? classes, Generator? generator)
        : base(options.Architecture.Name)
    {
        if (options.Normalization?.Fits(channels) == false)
        {
            throw new ArgumentException(
                $"found a normalization of {options.Normalization.Mean.Count} channels for images of {channels} channels", nameof(options));
        }

        Options = options;
        _normalization = options.Normalization;
        ValuesPerPixel = options.ValuesPerPixel;
        var planes = options.Planes;
        conv1 = options.Stem switch
        {
            Stem.ImageNet when options.SelectiveKernels => DeepStem(channels, planes),
            Stem.ImageNet => Convolutions.Conv7x7(channels, planes),
            Stem.Small => Convolutions.Conv3x3(channels, planes, stride: 1),
            _ => Convolutions.Conv3x3(channels, planes, stride: 2),
        };
        _pooledStem = options.Stem is Stem.ImageNet or Stem.Quarter;
        bn1 = new BatchNormalization(planes);

        var input = planes;
        layer1 = Layer(options, ref input, planes, 0, stride: 1);
        layer2 = Layer(options, ref input, planes * 2, 1, stride: 2);
        layer3 = Layer(options, ref input, planes * 4, 2, stride: 2);
        layer4 = Layer(options, ref input, planes * 8, 3, stride: 2);
        Features = input;
        fc = classes is { } count ? nn.Linear(input, count) : null;
        RegisterComponents();
        Initialization.Reset(this, generator);
    }

    /// <summary>
    /// Creates the network on its device, with weights drawn from a random key. Without a key it is for weights that are loaded.
    /// </summary>
    public static ResNet Create(NetworkOptions options, int channels, int? classes, Compute compute, RandomKey? random)
    {
        using var generator = random?.Generator();
        var network = new ResNet(options, channels, classes, generator);
        compute.MoveTo(network);
        return network;
    }

    /// <summary>Architecture, width, stem and normalization.</summary>
    public NetworkOptions Options { get; }

    /// <summary>Length of the pooled feature vector.</summary>
    public int Features { get; }

    /// <inheritdoc cref="NetworkOptions.ValuesPerPixel"/>
    public double ValuesPerPixel { get; }

    /// <summary>The last layer of a classifier; null in an encoder.</summary>
    public Linear? Classifier => fc;

    /// <summary>x_NCHW, floats → logits_NK or, for an encoder, features_ND.</summary>
    public override Tensor forward(Tensor x_NCHW)
    {
        using var scope = NewDisposeScope();
        return Unnormalized(_normalization?.Forward(x_NCHW) ?? x_NCHW).MoveToOuterDisposeScope();
    }

    /// <summary>The outputs for images that are normalized already.</summary>
    internal Tensor Unnormalized(Tensor x_NCHW)
    {
        using var scope = NewDisposeScope();
        var h = bn1.forward(conv1.forward(MemoryOrder.ChannelsLast(x_NCHW))).relu_();
        if (_pooledStem)
        {
            h = nn.functional.max_pool2d(h, 3, stride: 2, padding: 1);
        }

        h = layer4.forward(layer3.forward(layer2.forward(layer1.forward(h))));
        var features_ND = h.mean([2, 3]);
        return (fc is null ? features_ND : fc.forward(features_ND)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    IInferenceModule IInferenceConvertible.ToInference(InferenceDtype type) => new InferenceResNet(
        _normalization,
        conv1 is Convolution2d plain
            ? new InferenceConvolution(plain, bn1, relu: true, type)
            : ConvertDeepStem((Sequential)conv1, bn1, type),
        _pooledStem,
        [
            .. new[] { layer1, layer2, layer3, layer4 }
                .SelectMany(layer => layer.children())
                .Select(block => ((IInferenceConvertible)block).ToInference(type)),
        ],
        fc is null ? null : new InferenceLinear(fc, norm: null, relu: false),
        type.Type);

    /// <summary>Creates ResNet-D's stem, with three 3×3 convolutions in place of the 7×7 (arXiv:1812.01187, section 4.2).</summary>
    private static Sequential DeepStem(int channels, int planes)
    {
        var half = Math.Max(1, planes / 2);
        return nn.Sequential(
            Convolutions.Conv3x3(channels, half, stride: 2),
            new BatchNormalization(half),
            nn.ReLU(inplace: true),
            Convolutions.Conv3x3(half, half, stride: 1),
            new BatchNormalization(half),
            nn.ReLU(inplace: true),
            Convolutions.Conv3x3(half, planes, stride: 1));
    }

    private static InferenceSequence ConvertDeepStem(Sequential stem, BatchNormalization last, InferenceDtype type)
    {
        var convolutions = stem.children().OfType<Convolution2d>();
        var norms = stem.children().OfType<BatchNormalization>().Append(last);
        return new InferenceSequence(
            [.. convolutions.Zip(norms, (convolution, norm) => new InferenceConvolution(convolution, norm, relu: true, type))]);
    }

    private static Sequential Layer(NetworkOptions options, ref int input, int planes, int stage, int stride)
    {
        var architecture = options.Architecture;
        var blocks = new List<nn.Module<Tensor, Tensor>>();
        for (var i = 0; i < architecture.Blocks[stage]; i++)
        {
            var blockStride = i == 0 ? stride : 1;
            blocks.Add(architecture.Bottleneck
                ? new Bottleneck(input, planes, blockStride, options.SelectiveKernels)
                : new BasicBlock(input, planes, blockStride));
            input = planes * architecture.Expansion;
        }

        return nn.Sequential(blocks);
    }
}
