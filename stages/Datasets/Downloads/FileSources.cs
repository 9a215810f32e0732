using Distill.Pipeline.Options;

namespace Distill.Datasets.Downloads;

/// <summary>A place that may have published files.</summary>
internal interface IFileSource
{
    /// <summary>Name within a sentence, such as "the installed Debian package".</summary>
    string Name { get; }

    /// <summary>Adds whichever of the target's missing files this source has. Having none is not an error.</summary>
    /// <exception cref="UserException">The source failed; the message says how.</exception>
    Task AddMissingAsync(TargetFolder target, CancellationToken cancellation);
}

/// <summary>The files of a Debian package that is installed on this machine.</summary>
internal sealed class InstalledPackage(string package, string usualFolder, ICommands commands) : IFileSource
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public string Name => $"the Debian package {package}, as installed";

    public async Task AddMissingAsync(TargetFolder target, CancellationToken cancellation)
    {
        target.Log($"Looking for {Name}");
        var listing = await commands.RunAsync("dpkg", ["-L", package], target.Path, Limit, cancellation).ConfigureAwait(false);
        var listed = listing is { ExitCode: 0 } ? listing.Output.Split('\n') : [];
        foreach (var folder in listed.Append(usualFolder).Distinct().Where(Directory.Exists))
        {
            target.CopyMissingFrom(folder);
        }
    }
}

/// <summary>Web folders that serve the authors' .gz files.</summary>
internal sealed class MirrorSource(IReadOnlyList<Uri> mirrors, HttpMessageHandler? handler, DownloadOptions? options) : IFileSource
{
    public string Name => "public mirrors";

    public async Task AddMissingAsync(TargetFolder target, CancellationToken cancellation)
    {
        var downloader = new Downloader(handler, TimeProvider.System, target.Log, options);
        foreach (var file in target.Missing)
        {
            await downloader.DownloadAsync(
                [.. mirrors.Select(mirror => new Uri(mirror, file.GzipName))],
                Path.Combine(target.Path, file.GzipName),
                file.GzipSha256,
                file.GzipLength,
                cancellation).ConfigureAwait(false);
            target.Confirm(file);
        }
    }
}
