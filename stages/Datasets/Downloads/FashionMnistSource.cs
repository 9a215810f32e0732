using Distill.Datasets.Idx;
using Distill.Pipeline.Options;

namespace Distill.Datasets.Downloads;

/// <summary>
/// Downloads Fashion-MNIST. It tries an installed Debian package, the package from the machine's own package sources (without root), and
/// the public mirrors, in this order.
/// </summary>
public sealed class FashionMnistSource
{
    private readonly IReadOnlyList<PublishedFile> _files;
    private readonly IReadOnlyList<IFileSource> _sources;

    public FashionMnistSource()
        : this(FashionMnist.Files, FashionMnist.Mirrors, new SystemCommands(), FashionMnist.DebianFolder, handler: null, options: null)
    {
    }

    /// <param name="files">Files to fetch.</param>
    /// <param name="mirrors">Addresses of web folders, each ending in a slash.</param>
    /// <param name="commands">Runs dpkg, apt-get and dpkg-deb.</param>
    /// <param name="packageFolder">Folder into which the Debian package installs its files.</param>
    /// <param name="handler">Answers web requests; null for the network.</param>
    /// <param name="options">Retries and timeouts for each mirror; null for the defaults.</param>
    public FashionMnistSource(
        IReadOnlyList<PublishedFile> files,
        IReadOnlyList<Uri> mirrors,
        ICommands commands,
        string packageFolder,
        HttpMessageHandler? handler,
        DownloadOptions? options)
    {
        _files = files;
        _sources =
        [
            new InstalledPackage(FashionMnist.DebianPackage, packageFolder, commands),
            new AptPackage(FashionMnist.DebianPackage, packageFolder, commands),
            new MirrorSource(mirrors, handler, options),
        ];
    }

    /// <summary>
    /// Adds the missing files to a folder. Right files are kept and wrong ones replaced. A file is accepted only if the SHA-256 of its
    /// content is the published one, whatever its source.
    /// </summary>
    /// <param name="folder">Folder of the dataset, which is created if it does not exist.</param>
    /// <param name="log">Takes one line per step.</param>
    /// <param name="cancellation">Stops at once. Finished files stay, and the next call resumes a partial download.</param>
    /// <exception cref="UserException">The sources together do not have all files; the message lists their errors.</exception>
    public async Task FetchAsync(string folder, Action<string> log, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var target = new TargetFolder(folder, _files, log);
        var failures = new List<string>();
        foreach (var source in _sources)
        {
            if (target.Missing.Count == 0)
            {
                break;
            }

            failures.Add($"- {source.Name}: {await AddMissingAsync(source, target, cancellation).ConfigureAwait(false)}");
        }

        if (target.Missing is { Count: > 0 } missing)
        {
            var names = string.Join(", ", missing.Select(file => file.GzipName));
            throw new UserException(
                $"{FashionMnist.Name} could not be downloaded to {folder}; missing {names}:\n"
                + string.Join('\n', failures)
                + "\nCopy the files there yourself, or set dataset.folder to the folder that contains them");
        }

        log($"{FashionMnist.Name} is complete in {folder}");
    }

    private static async Task<string> AddMissingAsync(IFileSource source, TargetFolder target, CancellationToken cancellation)
    {
        try
        {
            await source.AddMissingAsync(target, cancellation).ConfigureAwait(false);
            return "some files are missing";
        }
        catch (Exception failure) when (failure is UserException or TimeoutException or IOException or UnauthorizedAccessException)
        {
            target.Log($"Failed with {source.Name}: {failure.Message.Split('\n')[0]}");
            return failure.Message;
        }
    }
}
