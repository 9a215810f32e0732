namespace Distill.Datasets.Downloads;

/// <summary>The files of a Debian package that this machine has installed.</summary>
internal sealed class InstalledPackage(string package, string usualFolder, ICommands commands) : IFileSource
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public string Name => $"the Debian package {package}, as installed";

    public async Task OfferAsync(Intake intake, CancellationToken cancellation)
    {
        intake.Log($"Looking for {Name}");
        var listing = await commands.RunAsync("dpkg", ["-L", package], intake.Folder, Limit, cancellation).ConfigureAwait(false);
        var listed = listing is { ExitCode: 0 } ? listing.Output.Split('\n') : [];
        foreach (var folder in listed.Append(usualFolder).Distinct().Where(Directory.Exists))
        {
            intake.TakeFrom(folder);
        }
    }
}
