using Distill.Datasets.Packs;
using Distill.Pipeline.Storage;
using Tests.Pipeline;

namespace Tests.Datasets.Packs;

/// <summary>Packs of images in memory, in a temporary folder.</summary>
internal sealed class PackFolder : IDisposable
{
    public const int Images = 150;

    public TempFolder Folder { get; } = new();

    public List<string> Log { get; } = [];

    public CountingPixels Source { get; set; } = new(Images, channels: 3);

    /// <summary>Files of the pack, in order.</summary>
    public string[] Files => [.. Directory.GetFiles(Folder["pack"], "*.pixels").Order()];

    public PixelPack Open(long fileBytes = 20_000, string origin = "a", TimeProvider? time = null) => new(
        Folder["pack"], origin, Images, Source.Channels, Source, Log.Add, time ?? TimeProvider.System, fileBytes);

    public void AssertPixels(PixelPack pack)
    {
        for (var index = 0; index < Images; index++)
        {
            Assert.Equal(Source.Pixels(index).Pixels, pack.Decode(index).Pixels);
        }
    }

    public void Dispose()
    {
        Durable.UseFileSystem(null);
        Folder.Dispose();
    }
}
