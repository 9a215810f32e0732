using Stages.Pipeline.Storage;

namespace Stages.Publish.Model;

/// <summary>SHA256SUMS of a published folder, in the format of <c>sha256sum -c</c>; written last, so its presence says that the folder is whole.</summary>
internal static class Checksums
{
    private const string File = "SHA256SUMS";

    public static void Write(string folder)
    {
        var lines = Directory.EnumerateFiles(folder)
            .Select(path => (Name: Path.GetFileName(path), path))
            .Where(file => file.Name != File)
            .OrderBy(file => file.Name, StringComparer.Ordinal)
            .Select(file => $"{FileHash.OfFile(file.path)}  {file.Name}\n");
        Durable.WriteText(Path.Combine(folder, File), string.Concat(lines));
    }
}
