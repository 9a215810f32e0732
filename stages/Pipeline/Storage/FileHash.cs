using System.Security.Cryptography;
using System.Text;

namespace Distill.Pipeline.Storage;

/// <summary>SHA-256 in lower-case hexadecimal, as <c>sha256sum</c> prints it. Files are streamed, never held in memory.</summary>
public static class FileHash
{
    private const int Digits = 64;

    /// <summary>Whether a text is such a hash. Folders are named after some, and files from strangers may call anything one.</summary>
    public static bool Is(string? text) => text is { Length: Digits } && text.All(char.IsAsciiHexDigitLower);

    public static string OfFile(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 20, FileOptions.SequentialScan);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>The hash of the text's UTF-8 bytes.</summary>
    public static string OfText(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>
    /// The hash of a folder's content: of the list that <c>sha256sum</c> would print for every file in it, sorted by
    /// path in ordinal order. Names, contents and nothing else count.
    /// </summary>
    public static string OfFolder(string folder)
    {
        var list = new StringBuilder();
        foreach (var name in FolderFiles.Names(folder))
        {
            list.Append(OfFile(Path.Combine(folder, name))).Append("  ").Append(name).Append('\n');
        }

        return OfText(list.ToString());
    }
}
