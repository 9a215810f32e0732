namespace Distill.Imaging.Augmentation.Operations;

/// <summary>One view in memory, changed in place while it lies in the nearest cache.</summary>
/// <param name="values_CHW">Floats of [0, 1], row-major.</param>
/// <param name="channels">One or three.</param>
/// <param name="height">Pixels.</param>
/// <param name="width">Pixels.</param>
internal readonly ref struct ViewSpan(Span<float> values_CHW, int channels, int height, int width)
{
    public int Channels => channels;

    public int Height => height;

    public int Width => width;

    /// <summary>All values, [C, H, W].</summary>
    public Span<float> Values { get; } = values_CHW[..(channels * height * width)];

    /// <summary>The values of one channel, [H, W].</summary>
    public Span<float> Plane(int channel) => Values.Slice(channel * height * width, height * width);
}
