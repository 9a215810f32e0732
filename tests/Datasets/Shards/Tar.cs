using System.Diagnostics;

namespace Tests.Datasets.Shards;

/// <summary>The system's tar.</summary>
internal static class Tar
{
    /// <summary>Packs files of a folder, in the order given, or all of it.</summary>
    public static void Pack(string archive, string folder, IEnumerable<string>? members = null, params string[] options)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(archive)!);
        using var tar = Process.Start(new ProcessStartInfo("tar", [.. options, "-cf", archive, "-C", folder, .. members ?? ["."]]))!;
        tar.WaitForExit();
        Assert.Equal(0, tar.ExitCode);
    }
}
