using Distill.Learning.Arithmetic;
using Distill.Learning.Networks.Inference;
using static TorchSharp.torch;

// N images, C channels, H height, W width, E = 2C logits
namespace Distill.Learning.Networks;

/// <summary>
/// The selective kernel of SimCLRv2's larger networks, which replaces a bottleneck's 3×3 convolution, batch norm and ReLU. One 3×3
/// convolution to 2C channels makes two branches. Each channel is their mixture, weighted by a softmax over logits from their pooled sum.
/// </summary>
/// <remarks>
/// Li et al. 2019, arXiv:1903.06586. The squeezed layer has 1/16 of the channels and at least 32, as in google-research/simclr, resnet.py.
/// </remarks>
internal sealed class SelectiveKernel : nn.Module<Tensor, Tensor>, IInferenceConvertible
{
    private const int Ratio = 16;
    private const int MinSqueezed = 32;

    private readonly Convolution2d conv;
    private readonly BatchNormalization bn;
    private readonly Convolution2d squeeze;
    private readonly BatchNormalization squeeze_bn;
    private readonly Convolution2d excite;

    /// <param name="planes">Channels of input and output, C.</param>
    /// <param name="stride">Stride of the 3×3 convolution in both dimensions.</param>
    public SelectiveKernel(int planes, int stride)
        : base(nameof(SelectiveKernel))
    {
        var squeezed = Math.Max(planes / Ratio, MinSqueezed);
        conv = Convolutions.Conv3x3(planes, 2 * planes, stride);
        bn = new BatchNormalization(2 * planes);
        squeeze = Convolutions.Conv1x1(planes, squeezed);
        squeeze_bn = new BatchNormalization(squeezed);
        excite = Convolutions.Conv1x1(squeezed, 2 * planes);
        RegisterComponents();
    }

    /// <summary>x_NCHW → y_NCH′W′ (height and width divided by the stride).</summary>
    public override Tensor forward(Tensor x_NCHW)
    {
        using var scope = NewDisposeScope();
        var branches = bn.forward(conv.forward(x_NCHW)).relu_().chunk(2, dim: 1);
        var pooled_NC11 = branches[0].Plus(branches[1]).mean([2, 3], keepdim: true);
        var logits_NE11 = excite.forward(squeeze_bn.forward(squeeze.forward(pooled_NC11)).relu_());
        return Mixed(branches, logits_NE11).MoveToOuterDisposeScope();
    }

    /// <summary>Computes the sum of both branches, each channel weighted by the softmax of its two logits.</summary>
    /// <param name="branches">Two maps, [N, C, H, W].</param>
    /// <param name="logits_NE11">Logits of the first branch, then of the second.</param>
    /// <returns>
    /// [N, C, H, W] in the branches' type. On CUDA, autocast computes a softmax in fp32; without the cast back, the maps would become fp32
    /// too.
    /// </returns>
    internal static Tensor Mixed(Tensor[] branches, Tensor logits_NE11)
    {
        using var scope = NewDisposeScope();
        var weights = stack(logits_NE11.chunk(2, dim: 1), dim: 0).softmax(dim: 0).to_type(branches[0].dtype);
        return branches[0].mul(weights[0]).PlusProduct_(branches[1], weights[1]).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    IInferenceModule IInferenceConvertible.ToInference(InferenceDtype type) => new InferenceSelectiveKernel(
        new InferenceConvolution(conv, bn, relu: true, type),
        new InferenceConvolution(squeeze, squeeze_bn, relu: true, type),
        new InferenceConvolution(excite, norm: null, relu: false, type));
}
