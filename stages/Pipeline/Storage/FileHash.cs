using System.Security.Cryptography;
using System.Text;

namespace Distill.Pipeline.Storage;

/// <summary>Computes SHA-256 in lower-case hexadecimal, as <c>sha256sum</c> prints it. Files are streamed, not held in memory.</summary>
public static class FileHash
{
    private const int Digits = 64;

    /// <summary>Whether a text has the form of such a hash. A file from a stranger may hold any text in its place.</summary>
    public static bool Is(string? text) => text is { Length: Digits } && text.All(char.IsAsciiHexDigitLower);

    public static string OfFile(string path)
    {
        using var stream = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 20, FileOptions.SequentialScan);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>Computes the hash of the text's UTF-8 bytes.</summary>
    public static string OfText(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Computes the hash of a folder's content. Only names and contents of its files count.</summary>
    public static string OfFolder(string folder) =>
        OfFiles(FolderFiles.Names(folder).Select(name => (name, OfFile(Path.Combine(folder, name)))));

    /// <summary>Computes one hash for many files: that of the list that <c>sha256sum</c> prints, in ordinal order of the paths.</summary>
    public static string OfFiles(IEnumerable<(string Path, string Sha256)> files) => OfText(string.Concat(
        files.OrderBy(file => file.Path, StringComparer.Ordinal).Select(file => $"{file.Sha256}  {file.Path}\n")));
}
