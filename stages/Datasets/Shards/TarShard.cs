using System.Formats.Tar;
using Distill.Datasets.Decoding;
using Distill.Datasets.Encoded;
using Distill.Datasets.Images;
using Distill.Pipeline.Options;

namespace Distill.Datasets.Shards;

/// <summary>
/// A WebDataset shard. An image is a member with the extension of an image. Its label is the number in its sample's <c>.cls</c>, else the
/// value of "label", "class" or "cls" in its <c>.json</c>. Only the offset and length of an image are kept.
/// </summary>
/// <param name="shard">Archive to read.</param>
/// <param name="labeled">Whether to read labels.</param>
/// <param name="log">Takes a line about samples without an image.</param>
internal sealed class TarShard(Shard shard, bool labeled, Action<string> log)
{
    private readonly Dictionary<string, TarSample> _samples = new(StringComparer.Ordinal);

    /// <summary>Lists the images, in the order of the archive.</summary>
    /// <exception cref="UserException">The archive is compressed or damaged, or a member has a wrong type or content.</exception>
    public IReadOnlyList<EncodedImage> Images()
    {
        using var blocks = new TarBlocks(shard.Path);
        using var stream = File.OpenRead(shard.Path);
        using var reader = new TarReader(stream);
        while (reader.GetNextEntry() is { } entry)
        {
            blocks.Check(entry);
            Add(entry, blocks);
        }

        blocks.CheckEnd();
        var withoutImage = _samples.Values.Count(sample => sample.Image is null);
        if (withoutImage > 0)
        {
            log($"{shard.Path}: {withoutImage} samples have a label but no image ({ImageExtensions.List})");
        }

        return
        [
            .. _samples.Values.Where(sample => sample.Image is not null)
                .Select(sample => sample.Image! with { Label = sample.Label })
                .OrderBy(image => image.Offset),
        ];
    }

    private void Add(TarEntry entry, TarBlocks blocks)
    {
        var name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
        var dot = name.IndexOf('.', name.LastIndexOf('/') + 1);
        var extension = dot < 0 ? "" : name[(dot + 1)..].ToLowerInvariant();
        var isImage = ImageExtensions.IsSupported("." + extension);
        var isLabel = labeled && extension is "cls" or "json";
        if (entry.EntryType is TarEntryType.Directory || !(isImage || isLabel))
        {
            return;
        }

        if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile))
        {
            throw Wrong(name, "is a link or a special file; pack the files themselves (tar --dereference --hard-dereference)");
        }

        var key = name[..dot];
        if (!_samples.TryGetValue(key, out var sample))
        {
            _samples.Add(key, sample = new TarSample());
        }

        if (isImage)
        {
            sample.Image = sample.Image is null
                ? new EncodedImage($"{shard.Name}/{name}", shard.Path, entry.DataOffset, entry.Length, ImageSet.Unlabeled)
                : throw Wrong(name, $"is the second image of its sample, after {sample.Image.Name[(shard.Name.Length + 1)..]}");
        }
        else
        {
            var content = blocks.ReadContent(entry);
            var (label, problem) = extension == "cls" ? TarLabel.ParseText(content) : TarLabel.ParseJson(content);
            sample.SetLabel(problem is null ? label : throw Wrong(name, problem), fromText: extension == "cls");
        }
    }

    private UserException Wrong(string member, string problem) => new($"{shard.Path}: {member} {problem}");
}

/// <summary>What is known about a sample while its archive is read. Its members may come in any order.</summary>
internal sealed class TarSample
{
    private int? _text;
    private int? _json;

    public EncodedImage? Image { get; set; }

    /// <summary>Label from text, else from JSON: loaders request the text by name, but JSON may contain a label by chance.</summary>
    public int Label => _text ?? _json ?? ImageSet.Unlabeled;

    public void SetLabel(int? label, bool fromText)
    {
        if (fromText)
        {
            _text = label;
        }
        else
        {
            _json = label;
        }
    }
}
