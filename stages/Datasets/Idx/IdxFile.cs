using System.IO.Compression;
using System.Security.Cryptography;
using Distill.Pipeline.Options;

namespace Distill.Datasets.Idx;

/// <summary>An IDX file on disk, as it is or in gzip. What it is, its first bytes tell, not its name.</summary>
internal static class IdxFile
{
    /// <summary>The path of <paramref name="name"/> or of "<paramref name="name"/>.gz" in the folder, or null.</summary>
    public static string? Locate(string folder, string name) =>
        new[] { Path.Combine(folder, name + ".gz"), Path.Combine(folder, name) }.FirstOrDefault(File.Exists);

    /// <summary>The uncompressed content, from its start.</summary>
    public static Stream Open(string path)
    {
        var file = File.OpenRead(path);
        var packed = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        return packed ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    /// <summary>
    /// The SHA-256 of the uncompressed content. Packers and distributions compress the same data into different
    /// bytes; the content is what a network sees, and is the same everywhere.
    /// </summary>
    /// <exception cref="UserException">The file cannot be read, or is damaged gzip.</exception>
    public static string Sha256(string path) => Reading(path, () =>
    {
        using var content = Open(path);
        return Convert.ToHexStringLower(SHA256.HashData(content));
    });

    /// <summary>Runs <paramref name="read"/> and turns what can go wrong with a file into a message that names it.</summary>
    internal static T Reading<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (EndOfStreamException)
        {
            throw new UserException($"{path} is cut short: it ends before the data that its header declares");
        }
        catch (InvalidDataException error)
        {
            throw new UserException($"{path} is damaged: {error.Message}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path} cannot be read: {error.Message}");
        }
    }
}
