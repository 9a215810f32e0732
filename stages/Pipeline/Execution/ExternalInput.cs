using Distill.Pipeline.Storage;

namespace Distill.Pipeline.Execution;

/// <summary>An artifact that no stage makes, such as a data set.</summary>
/// <param name="Path">The file or folder.</param>
/// <param name="Sha256">Its hash in lower-case hexadecimal, computed when a key first needs it.</param>
public sealed record ExternalInput(string Path, Lazy<string> Sha256)
{
    /// <summary>An input whose every byte counts: a file, or a folder with all that is in it.</summary>
    public static ExternalInput OfPath(string path) =>
        new(path, new Lazy<string>(() => Directory.Exists(path) ? FileHash.OfFolder(path) : FileHash.OfFile(path)));
}
