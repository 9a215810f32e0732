using System.Security.Cryptography;
using System.Text;

namespace Tests.Crashes.PowerCuts;

/// <summary>Content of a disk after a power cut.</summary>
/// <param name="Entries">Bytes by relative path; null for a folder. Parents precede their content.</param>
internal sealed record DiskState(IReadOnlyDictionary<string, byte[]?> Entries)
{
    /// <summary>A hash that is equal for equal states.</summary>
    public string Hash
    {
        get
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var (path, bytes) in Entries)
            {
                hash.AppendData(Encoding.UTF8.GetBytes($"{path}\n{bytes?.Length ?? -1}\n"));
                hash.AppendData(bytes ?? []);
            }

            return Convert.ToHexString(hash.GetHashAndReset());
        }
    }

    /// <summary>Replaces the content of a folder.</summary>
    public void Replace(string folder)
    {
        Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        foreach (var (path, bytes) in Entries)
        {
            if (bytes is null)
            {
                Directory.CreateDirectory(Path.Combine(folder, path));
            }
            else
            {
                File.WriteAllBytes(Path.Combine(folder, path), bytes);
            }
        }
    }

    /// <summary>Lists the paths with their lengths, for a message.</summary>
    public override string ToString() =>
        string.Join("\n", Entries.Select(entry => $"  {entry.Key}{(entry.Value is { } bytes ? $" {bytes.Length} bytes" : "/")}"));
}
