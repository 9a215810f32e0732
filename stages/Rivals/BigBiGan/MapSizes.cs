namespace Distill.Rivals.BigBiGan;

/// <summary>Sizes of the maps of generator and discriminator: the image's, half of it and so on, while four pixels are left.</summary>
/// <param name="Height">Height of the images.</param>
/// <param name="Width">Width of the images.</param>
internal sealed record MapSizes(int Height, int Width)
{
    private const int Least = 4;
    private const int MostWidening = 8;

    /// <summary>How often the image's height and width can be halved.</summary>
    public int Halvings => Math.Max(0, (int)Math.Log2(Math.Min(Height, Width) / (double)Least));

    /// <summary>Height and width of the smallest maps, rounded up, so that doubled maps cover the image.</summary>
    public (int Height, int Width) Smallest
    {
        get
        {
            var factor = 1 << Halvings;
            return ((Height + factor - 1) / factor, (Width + factor - 1) / factor);
        }
    }

    /// <summary>Pixels of a map of the generator after a number of halvings; it may be larger than the image.</summary>
    public long Pixels(int halvings) => ((long)Smallest.Height * Smallest.Width) << (2 * (Halvings - halvings));

    /// <summary>Channels after a number of halvings: twice as many after each, up to eight times as many.</summary>
    public static int Channels(int width, int halvings) => width * Math.Min(1 << halvings, MostWidening);
}
