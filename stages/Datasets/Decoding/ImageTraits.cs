namespace Distill.Datasets.Decoding;

/// <summary>What is unusual about an encoded image, for the report: such images are where decoders go wrong.</summary>
[Flags]
public enum ImageTraits
{
    None = 0,

    /// <summary>One channel in the file; its value becomes all three where color is asked for.</summary>
    Gray = 1,

    /// <summary>Colors from a palette.</summary>
    Palette = 2,

    /// <summary>16 bits a value; the lower 8 are dropped.</summary>
    SixteenBit = 4,

    /// <summary>A JPEG in printing colors (CMYK or YCCK), converted to red, green and blue.</summary>
    Cmyk = 8,

    /// <summary>Several frames, of which the first is taken.</summary>
    Animated = 16,

    /// <summary>Turned or mirrored by EXIF, set upright.</summary>
    Rotated = 32,

    /// <summary>Has an alpha channel; what is transparent shows as white.</summary>
    Transparent = 64,
}
