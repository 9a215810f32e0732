using System.Formats.Tar;
using Distill.Datasets.Decoding;
using Distill.Datasets.Encoded;
using Distill.Datasets.Files;
using Distill.Datasets.Images;
using Distill.Pipeline.Options;

namespace Distill.Datasets.Shards;

/// <summary>
/// A WebDataset shard. A sample's name ends at the first dot of the file name, and the rest is the name of a field
/// (webdataset.github.io/webdataset). An image is a field with the extension of an image. Its label is the number or name in its sample's
/// <c>.cls</c>, else the value of "label", "class" or "cls" in its <c>.json</c>. Only the offset and length of an image are kept.
/// </summary>
/// <param name="shard">Archive to read.</param>
/// <param name="labeled">Whether to read labels.</param>
internal sealed class TarShard(Shard shard, bool labeled)
{
    private readonly Dictionary<string, TarSample> _samples = new(StringComparer.Ordinal);
    private readonly List<(string Key, string Name, string Field)> _others = [];
    private readonly List<(string Name, string Reason)> _skipped = [];

    /// <summary>Name and reason of each member that is neither an image nor a label of one.</summary>
    public IReadOnlyList<(string Name, string Reason)> Skipped => _skipped;

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
        _skipped.AddRange(_samples.Values.Where(sample => sample.Image is null)
            .Select(sample => (NameOf(sample.Member), "a label without an image")));
        _skipped.AddRange(_others.Select(other => (NameOf(other.Name), ReasonOf(other.Key, other.Field))));
        var images = _samples.Values.Where(sample => sample.Image is not null).ToList();
        var wrong = images.Find(sample => sample.Problem is not null);
        return wrong is null
            ?
            [
                .. images.Select(sample => sample.Image! with { Label = sample.Label.Number, ClassName = sample.Label.Name })
                    .OrderBy(image => image.Offset),
            ]
            : throw new UserException($"{shard.Path}: {wrong.Problem}");
    }

    private void Add(TarEntry entry, TarBlocks blocks)
    {
        var name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
        if (entry.EntryType is TarEntryType.Directory or TarEntryType.GlobalExtendedAttributes)
        {
            return;
        }

        if (name.Split('/').Select(IgnoredNames.Reason).FirstOrDefault(reason => reason is not null) is { } ignored)
        {
            _skipped.Add((NameOf(name), ignored));
            return;
        }

        var dot = name.IndexOf('.', name.LastIndexOf('/') + 1);
        var (key, field) = dot < 0 ? (name, "") : (name[..dot], name[(dot + 1)..].ToLowerInvariant());
        var isImage = ImageExtensions.IsSupported("." + field);
        var isLabel = field is "cls" or "json";
        if (!isImage && !isLabel)
        {
            _others.Add((key, name, field));
            return;
        }

        if (isLabel && !labeled)
        {
            return;
        }

        if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile))
        {
            throw Wrong(name, "is a link or a special file; pack the files themselves (tar --dereference --hard-dereference)");
        }

        if (!_samples.TryGetValue(key, out var sample))
        {
            _samples.Add(key, sample = new TarSample(name));
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
            var label = field == "cls" ? TarLabel.ParseText(content) : TarLabel.ParseJson(content);
            if (sample.SetLabel(name, label, fromText: field == "cls") is { } earlier)
            {
                throw Wrong(name, $"is the second .{field} of its sample, after {earlier}");
            }
        }
    }

    private string ReasonOf(string key, string field)
    {
        var last = Path.GetExtension("." + field);
        return _samples.TryGetValue(key, out var sample) && sample.Image is not null ? $"another field (.{field}) of a sample with an image"
            : ImageExtensions.IsUnsupportedImage(last) ? $"not a supported format ({last})"
            : field.Contains('.', StringComparison.Ordinal) && (ImageExtensions.IsSupported(last) || last is ".cls" or ".json")
                ? "its name has several dots, but a sample's name ends at the first one; replace the others"
            : field.Length == 0 ? "not an image, with no extension"
            : $"not an image, with the extension {last}";
    }

    private string NameOf(string member) => $"{shard.Name}/{member}";

    private UserException Wrong(string member, string problem) => new($"{shard.Path}: {member} {problem}");
}
