using Distill.Learning.Networks.Inference;
using static TorchSharp.torch;

// N images, C channels, H height, W width
namespace Distill.Learning.Networks;

/// <summary>The block of ResNet-18 and ResNet-34: two 3×3 convolutions with a batch norm after each.</summary>
internal sealed class BasicBlock : ResidualBlock
{
    private readonly Convolution2d conv1;
    private readonly BatchNormalization bn1;
    private readonly Convolution2d conv2;
    private readonly BatchNormalization bn2;

    public BasicBlock(int input, int planes, int stride)
        : base(nameof(BasicBlock), input, planes, stride, pooledShortcut: false)
    {
        conv1 = Convolutions.Conv3x3(input, planes, stride);
        bn1 = new BatchNormalization(planes);
        conv2 = Convolutions.Conv3x3(planes, planes, stride: 1);
        bn2 = new BatchNormalization(planes);
        RegisterComponents();
    }

    public override BatchNormalization LastNorm => bn2;

    private protected override Tensor Residual(Tensor x_NCHW)
    {
        var h = bn1.forward(conv1.forward(x_NCHW)).relu_();
        return bn2.forward(conv2.forward(h));
    }

    private protected override (IReadOnlyList<IInferenceModule> Before, InferenceConvolution Last) ConvertResidual(InferenceDtype type) => (
        [new InferenceConvolution(conv1, bn1, relu: true, type)],
        new InferenceConvolution(conv2, bn2, relu: false, type));
}
