using Distill.Datasets.Idx;
using Distill.Datasets.Images;
using Distill.Pipeline.Options;

namespace Distill.Datasets.Downloads;

/// <summary>
/// Brings Fashion-MNIST to a folder from the first place that has it: the folder itself, an installed Debian
/// package, the package from the machine's own package sources (without root), the public mirrors.
/// </summary>
public sealed class FashionMnistSource
{
    private readonly IReadOnlyList<PublishedFile> _files;
    private readonly IReadOnlyList<IFileSource> _sources;

    public FashionMnistSource()
        : this(FashionMnist.Files, FashionMnist.Mirrors, new SystemCommands(), FashionMnist.DebianFolder, handler: null, patience: null)
    {
    }

    /// <param name="files">The files that are wanted.</param>
    /// <param name="mirrors">Web folders, each ending in a slash.</param>
    /// <param name="commands">Runs dpkg, apt-get and dpkg-deb.</param>
    /// <param name="packageFolder">Where the Debian package installs its files.</param>
    /// <param name="handler">Answers web requests; null for the network.</param>
    /// <param name="patience">With each mirror; null for the defaults.</param>
    public FashionMnistSource(
        IReadOnlyList<PublishedFile> files,
        IReadOnlyList<Uri> mirrors,
        ICommands commands,
        string packageFolder,
        HttpMessageHandler? handler,
        DownloadOptions? patience)
    {
        _files = files;
        _sources =
        [
            new InstalledPackage(FashionMnist.DebianPackage, packageFolder, commands),
            new FetchedPackage(FashionMnist.DebianPackage, packageFolder, commands),
            new MirrorSource(mirrors, handler, patience),
        ];
    }

    /// <summary>
    /// Fills the folder with what it lacks. Files that are already right are kept, wrong ones replaced; whatever
    /// the source, a file is taken only if the SHA-256 of its content is the published one.
    /// </summary>
    /// <param name="folder">Is made if it does not exist.</param>
    /// <param name="log">Takes a line for each step.</param>
    /// <param name="cancellation">Stops at once; finished files stay, and a cut download is resumed by the next call.</param>
    /// <exception cref="UserException">No source has all files; the message says what became of each.</exception>
    public async Task FetchAsync(string folder, Action<string> log, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var intake = new Intake(folder, _files, log);
        var failures = new List<string>();
        foreach (var source in _sources)
        {
            if (intake.Missing.Count == 0)
            {
                break;
            }

            failures.Add($"- {source.Name}: {await OfferAsync(source, intake, cancellation).ConfigureAwait(false)}");
        }

        if (intake.Missing is { Count: > 0 } missing)
        {
            throw new UserException(
                $"{FashionMnist.Name} could not be downloaded to {folder}; missing {string.Join(", ", missing.Select(file => file.PackedName))}:\n"
                + string.Join('\n', failures)
                + "\nCopy the files there yourself, or set dataset.folder to the folder that contains them");
        }

        log($"{FashionMnist.Name} is complete in {folder}");
    }

    private static async Task<string> OfferAsync(IFileSource source, Intake intake, CancellationToken cancellation)
    {
        try
        {
            await source.OfferAsync(intake, cancellation).ConfigureAwait(false);
            return "some files are missing";
        }
        catch (Exception failure) when (failure is UserException or TimeoutException or IOException or UnauthorizedAccessException)
        {
            intake.Log($"Failed with {source.Name}: {failure.Message.Split('\n')[0]}");
            return failure.Message;
        }
    }
}
