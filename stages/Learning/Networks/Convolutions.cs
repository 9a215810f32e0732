namespace Distill.Learning.Networks;

/// <summary>The convolutions that residual networks are made of: no bias, since a batch norm follows each.</summary>
internal static class Convolutions
{
    /// <summary>The stem of He et al.: half of the size.</summary>
    public static Convolution2d Conv7x7(int input, int output) => new(input, output, kernel: 7, stride: 2);

    public static Convolution2d Conv3x3(int input, int output, int stride) => new(input, output, kernel: 3, stride);

    public static Convolution2d Conv1x1(int input, int output) => new(input, output, kernel: 1, stride: 1);
}
