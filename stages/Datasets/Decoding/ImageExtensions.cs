namespace Distill.Datasets.Decoding;

/// <summary>What the names of image files end in.</summary>
internal static class ImageExtensions
{
    private static readonly HashSet<string> Decoded = new(StringComparer.OrdinalIgnoreCase)
    {
        ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".bmp", ".gif",
    };

    private static readonly HashSet<string> Others = new(StringComparer.OrdinalIgnoreCase)
    {
        ".heic", ".heif", ".avif", ".jxl", ".jp2", ".j2k", ".tif", ".tiff", ".psd", ".svg", ".tga", ".ico", ".exr", ".ppm", ".pgm", ".pbm",
        ".raw", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2", ".raf", ".pef",
    };

    /// <summary>For people.</summary>
    public const string List = ".png, .jpg, .jpeg, .jfif, .webp, .bmp or .gif";

    public static bool IsDecoded(string extension) => Decoded.Contains(extension);

    /// <summary>Whether files of this kind are images, but not decoded.</summary>
    public static bool IsOther(string extension) => Others.Contains(extension);
}
