using System.Text;
using Distill.Datasets;
using Distill.Datasets.Options;
using Distill.Pipeline.Options;
using Tests.Pipeline;

namespace Tests.Datasets.Shards;

/// <summary>A WebDataset in a temporary folder, packed by the system's tar, with an image of PIL.</summary>
internal sealed class TarSet : IDisposable
{
    private static readonly byte[] Image = DatasetGolden.Pictures["rough.png"];

    public TempFolder Folder { get; } = new();

    public List<string> Log { get; } = [];

    public void Dispose() => Folder.Dispose();

    /// <summary>Packs members in this order into a shard; null stands for the content of an image.</summary>
    public void Pack(string name, params (string Member, string? Content)[] members)
    {
        foreach (var (member, content) in members)
        {
            Write($"src-{name}/{member}", content is null ? Image : Encoding.UTF8.GetBytes(content));
        }

        Tar.Pack(Folder[$"set/{name}"], Folder[$"src-{name}"], members.Select(member => member.Member));
    }

    public void WriteImage(string name) => Write(name, Image);

    public void Write(string name, string content) => Write(name, Encoding.UTF8.GetBytes(content));

    public void Write(string name, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Folder[name])!);
        File.WriteAllBytes(Folder[name], content);
    }

    public IDataset Open(Func<DatasetOptions, DatasetOptions> change) =>
        DatasetCatalog.Open(change(new DatasetOptions(DatasetKind.Webdataset, Folder["set"], 8, 3)), Log.Add, Folder["cache"]);

    public IDataset Open(int channels = 3) => Open(options => options with { Channels = channels });

    /// <summary>Returns the message with which the training split is refused.</summary>
    public string Refusal() => Assert.Throws<UserException>(() => Open().Train()).Message;
}
