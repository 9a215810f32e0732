using Distill.Learning.Networks.Inference;
using static TorchSharp.torch;

// N images, C channels, H height, W width
namespace Distill.Learning.Networks;

/// <summary>
/// The block of ResNet-50 and deeper networks: 1×1, 3×3 and 1×1 convolutions with a batch norm after each. The 3×3 has the stride, as in
/// torchvision ("v1.5"). In a network with selective kernels, a selective kernel replaces the 3×3 and its batch norm.
/// </summary>
internal sealed class Bottleneck : ResidualBlock
{
    private readonly Convolution2d conv1;
    private readonly BatchNormalization bn1;
    private readonly nn.Module<Tensor, Tensor> conv2;
    private readonly BatchNormalization? bn2;
    private readonly Convolution2d conv3;
    private readonly BatchNormalization bn3;

    public Bottleneck(int input, int planes, int stride, bool selectiveKernels)
        : base(nameof(Bottleneck), input, planes * 4, stride, pooledShortcut: selectiveKernels)
    {
        conv1 = Convolutions.Conv1x1(input, planes);
        bn1 = new BatchNormalization(planes);
        conv2 = selectiveKernels ? new SelectiveKernel(planes, stride) : Convolutions.Conv3x3(planes, planes, stride);
        bn2 = selectiveKernels ? null : new BatchNormalization(planes);
        conv3 = Convolutions.Conv1x1(planes, planes * 4);
        bn3 = new BatchNormalization(planes * 4);
        RegisterComponents();
    }

    public override BatchNormalization LastNorm => bn3;

    private protected override Tensor Residual(Tensor x_NCHW)
    {
        var h = bn1.forward(conv1.forward(x_NCHW)).relu_();
        h = bn2 is null ? conv2.forward(h) : bn2.forward(conv2.forward(h)).relu_();
        return bn3.forward(conv3.forward(h));
    }

    private protected override (IReadOnlyList<IInferenceModule> Before, InferenceConvolution Last) ConvertResidual(InferenceDtype type) => (
        [
            new InferenceConvolution(conv1, bn1, relu: true, type),
            bn2 is null
                ? ((IInferenceConvertible)conv2).ToInference(type)
                : new InferenceConvolution((Convolution2d)conv2, bn2, relu: true, type),
        ],
        new InferenceConvolution(conv3, bn3, relu: false, type));
}
