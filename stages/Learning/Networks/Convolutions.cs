namespace Distill.Learning.Networks;

/// <summary>The convolutions of residual networks. They have no bias, because a batch norm follows each.</summary>
internal static class Convolutions
{
    /// <summary>The convolution of He et al.'s stem, which halves height and width.</summary>
    public static Convolution2d Conv7x7(int input, int output) => new(input, output, kernel: 7, stride: 2);

    public static Convolution2d Conv3x3(int input, int output, int stride) => new(input, output, kernel: 3, stride);

    public static Convolution2d Conv1x1(int input, int output) => new(input, output, kernel: 1, stride: 1);
}
