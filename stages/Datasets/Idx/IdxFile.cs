using System.IO.Compression;
using System.Security.Cryptography;
using Distill.Pipeline.Options;

namespace Distill.Datasets.Idx;

/// <summary>An IDX file on disk, plain or gzip. Its first bytes decide which, not its name.</summary>
internal static class IdxFile
{
    /// <summary>Returns the path of the file in the folder, with ".gz" or without; null if there is neither.</summary>
    public static string? Locate(string folder, string name) =>
        new[] { Path.Combine(folder, name + ".gz"), Path.Combine(folder, name) }.FirstOrDefault(File.Exists);

    /// <summary>Opens the uncompressed content.</summary>
    public static Stream Open(string path)
    {
        var file = File.OpenRead(path);
        var gzip = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        return gzip ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    /// <summary>
    /// Returns the SHA-256 of the uncompressed content. Distributions compress the same data into different bytes, but the content is the
    /// same everywhere.
    /// </summary>
    /// <exception cref="UserException">The file cannot be read, or is damaged gzip.</exception>
    public static string Sha256(string path) => TranslateErrors(path, () =>
    {
        using var content = Open(path);
        return Convert.ToHexStringLower(SHA256.HashData(content));
    });

    /// <summary>Runs <paramref name="read"/> and translates its exceptions to messages that name the file.</summary>
    internal static T TranslateErrors<T>(string path, Func<T> read)
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
