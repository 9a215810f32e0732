namespace Distill.Datasets.Decoding;

/// <summary>Unusual properties of an encoded image, for the report. Decoders go wrong with such images.</summary>
[Flags]
public enum ImageTraits
{
    None = 0,

    /// <summary>One channel in the file. If the network sees color, the value is copied to all three channels.</summary>
    Gray = 1,

    /// <summary>Colors from a palette.</summary>
    Palette = 2,

    /// <summary>16 bits per value; the lower 8 are dropped.</summary>
    SixteenBit = 4,

    /// <summary>A JPEG in print colors (CMYK or YCCK), converted to red, green and blue.</summary>
    Cmyk = 8,

    /// <summary>Several frames; only the first is used.</summary>
    Animated = 16,

    /// <summary>Rotated or mirrored according to EXIF, and made upright.</summary>
    Rotated = 32,

    /// <summary>An alpha channel; transparent pixels are blended with white.</summary>
    Transparent = 64,
}
