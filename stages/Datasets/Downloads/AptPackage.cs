using Distill.Pipeline.Options;

namespace Distill.Datasets.Downloads;

/// <summary>
/// A Debian package from the machine's own package sources, unpacked into a temporary folder. It needs no root and installs nothing: apt
/// keeps its lists and cache in that folder, and reads the machine's sources and keys.
/// </summary>
internal sealed class AptPackage(string package, string folderInPackage, ICommands commands) : IFileSource
{
    private static readonly TimeSpan ListsLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan PackageLimit = TimeSpan.FromMinutes(15);

    public string Name => $"the Debian package {package}, from this machine's package sources";

    public async Task AddMissingAsync(TargetFolder target, CancellationToken cancellation)
    {
        var work = Directory.CreateTempSubdirectory("distill-fetch-").FullName;
        try
        {
            await RequireAsync("dpkg-deb", ["--version"], work, ListsLimit, cancellation).ConfigureAwait(false);
            var archive = await DownloadAsync(work, target.Log, cancellation).ConfigureAwait(false);
            target.Log($"Unpacking {Path.GetFileName(archive)}");
            var unpacked = Path.Combine(work, "unpacked");
            await RequireAsync("dpkg-deb", ["-x", archive, unpacked], work, PackageLimit, cancellation).ConfigureAwait(false);
            target.CopyMissingFrom(Path.Join(unpacked, folderInPackage));
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    /// <summary>Downloads the .deb and returns its path.</summary>
    private async Task<string> DownloadAsync(string work, Action<string> log, CancellationToken cancellation)
    {
        foreach (var folder in new[] { "state/lists/partial", "cache/archives/partial" })
        {
            Directory.CreateDirectory(Path.Combine(work, folder));
        }

        // The update fails if one of many sources is broken, which may not matter. The download decides.
        log("Downloading the lists of this machine's package sources into a temporary folder");
        await commands.RunAsync("apt-get", [.. PrivateState(work), "update"], work, ListsLimit, cancellation).ConfigureAwait(false);
        log($"Downloading {Name}");
        await RequireAsync("apt-get", [.. PrivateState(work), "download", package], work, PackageLimit, cancellation).ConfigureAwait(false);
        return Directory.EnumerateFiles(work, "*.deb").FirstOrDefault()
            ?? throw new UserException($"apt-get did not download {package}");
    }

    private async Task RequireAsync(
        string program, string[] arguments, string work, TimeSpan limit, CancellationToken cancellation)
    {
        var result = await commands.RunAsync(program, arguments, work, limit, cancellation).ConfigureAwait(false);
        if (result is null)
        {
            throw new UserException($"this machine does not have {program}");
        }

        if (result.ExitCode != 0)
        {
            throw new UserException($"{program} failed: {LastLine(result.Error)}");
        }
    }

    private static string[] PrivateState(string work) =>
    [
        "--quiet",
        "-o", $"Dir::State={work}/state",
        "-o", $"Dir::State::lists={work}/state/lists",
        "-o", $"Dir::Cache={work}/cache",
        "-o", $"Dir::Cache::archives={work}/cache/archives",
        "-o", "Debug::NoLocking=1",
        // Without this, apt run by root downloads as a user without access to the temporary folder.
        "-o", "APT::Sandbox::User=root",
        "-o", "Acquire::Languages=none",
        "-o", "Acquire::Retries=3",
    ];

    private static string LastLine(string text) =>
        text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "no message";
}
