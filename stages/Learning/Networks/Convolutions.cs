using TorchSharp;
using TorchSharp.Modules;

namespace Stages.Learning.Networks;

/// <summary>The convolutions that residual networks are made of: no bias, since a batch norm follows each.</summary>
internal static class Convolutions
{
    public static Conv2d Conv3x3(int input, int output, int stride) =>
        torch.nn.Conv2d(input, output, kernel_size: 3, stride: stride, padding: 1, bias: false);

    public static Conv2d Conv1x1(int input, int output) =>
        torch.nn.Conv2d(input, output, kernel_size: 1, bias: false);
}
