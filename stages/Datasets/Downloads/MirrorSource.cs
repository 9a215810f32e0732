namespace Distill.Datasets.Downloads;

/// <summary>Web folders that serve the authors' .gz files.</summary>
internal sealed class MirrorSource(IReadOnlyList<Uri> mirrors, HttpMessageHandler? handler, DownloadOptions? patience) : IFileSource
{
    public string Name => "public mirrors";

    public async Task OfferAsync(Intake intake, CancellationToken cancellation)
    {
        var downloader = new Downloader(handler, TimeProvider.System, intake.Log, patience);
        foreach (var file in intake.Missing)
        {
            await downloader.DownloadAsync(
                [.. mirrors.Select(mirror => new Uri(mirror, file.PackedName))],
                Path.Combine(intake.Folder, file.PackedName),
                file.PackedSha256,
                file.PackedLength,
                cancellation).ConfigureAwait(false);
            intake.Arrived(file);
        }
    }
}
