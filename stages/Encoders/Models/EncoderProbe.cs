// S height and width of the input
using static TorchSharp.torch;

namespace Distill.Encoders.Models;

/// <summary>Two images with which a model is tried before it is used.</summary>
internal static class EncoderProbe
{
    private const int Levels = 256;

    /// <summary>Returns one image with all gray levels and one with few, so that a scale that both share would differ.</summary>
    /// <param name="size">S.</param>
    /// <returns>Two images [1, 3, S, S], uint8.</returns>
    public static (Tensor First, Tensor Second) Images(int size) =>
        (Make(size, at => 96 + (at * 7 % 61)), Make(size, at => at * 37 % Levels));

    private static Tensor Make(int size, Func<int, int> level)
    {
        byte[] values = [.. Enumerable.Range(0, EncoderInput.Channels * size * size).Select(at => (byte)level(at))];
        return tensor(values, [1, EncoderInput.Channels, size, size]);
    }
}
