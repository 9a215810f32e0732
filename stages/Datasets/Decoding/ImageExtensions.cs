namespace Distill.Datasets.Decoding;

/// <summary>The extensions of image files, for training folders, shards and <c>distill predict</c>.</summary>
public static class ImageExtensions
{
    private static readonly string[] Supported = [".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".bmp", ".gif"];

    private static readonly HashSet<string> Unsupported = new(StringComparer.OrdinalIgnoreCase)
    {
        ".heic", ".heif", ".avif", ".jxl", ".jp2", ".j2k", ".tif", ".tiff", ".psd", ".svg", ".tga", ".ico", ".exr", ".ppm", ".pgm", ".pbm",
        ".raw", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2", ".raf", ".pef",
    };

    /// <summary>The supported extensions, for messages.</summary>
    public static string List { get; } = $"{string.Join(", ", Supported[..^1])} or {Supported[^1]}";

    /// <summary>Whether files with this extension, such as ".png", are decoded. Ignores case.</summary>
    public static bool IsSupported(string extension) => Supported.Contains(extension, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether files with this extension are images in a format that is not decoded. Ignores case.</summary>
    public static bool IsUnsupportedImage(string extension) => Unsupported.Contains(extension);
}
