using System.Formats.Tar;
using Distill.Datasets.Decoding;
using Distill.Datasets.Encoded;
using Distill.Datasets.Images;
using Distill.Pipeline.Options;

namespace Distill.Datasets.Shards;

/// <summary>
/// One WebDataset shard. An image is a member with the extension of one, its label the number in its sample's <c>.cls</c>, else under
/// "label", "class" or "cls" in its <c>.json</c>. Of an image, only the place is noted.
/// </summary>
/// <param name="shard">The archive.</param>
/// <param name="labeled">Whether labels are looked for.</param>
/// <param name="log">Takes lines for people.</param>
internal sealed class TarShard(Shard shard, bool labeled, Action<string> log)
{
    private readonly Dictionary<string, TarSample> _samples = new(StringComparer.Ordinal);

    /// <summary>In the order of the archive.</summary>
    /// <exception cref="UserException">The archive is packed, damaged or cut short, or a member is not what it should be.</exception>
    public IReadOnlyList<EncodedImage> Images()
    {
        using var blocks = new TarBlocks(shard.Path);
        using var stream = File.OpenRead(shard.Path);
        using var reader = new TarReader(stream);
        while (reader.GetNextEntry() is { } entry)
        {
            blocks.Accept(entry);
            Add(entry, blocks);
        }

        blocks.AcceptEnd();
        var lacking = _samples.Values.Count(sample => sample.Image is null);
        if (lacking > 0)
        {
            log($"{shard.Path}: {lacking} samples have a label but no image ({ImageExtensions.List})");
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
            var (label, problem) = extension == "cls" ? TarLabel.OfText(blocks.Content(entry)) : TarLabel.OfJson(blocks.Content(entry));
            sample.Take(problem is null ? label : throw Wrong(name, problem), isText: extension == "cls");
        }
    }

    private UserException Wrong(string member, string problem) => new($"{shard.Path}: {member} {problem}");
}
