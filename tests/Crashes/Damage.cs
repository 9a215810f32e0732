using Distill.Learning.Randomness;

namespace Tests.Crashes;

/// <summary>Something that happens to a file.</summary>
/// <param name="Kind">Flip, cut or delete.</param>
/// <param name="At">The bit that flips, or the length that is left.</param>
internal sealed record Damage(string Kind, long At)
{
    public bool IsFlip => Kind == "flip";

    public bool IsDeletion => Kind == "delete";

    /// <summary>A bit flipped and the file cut at a place drawn within each region, and the file deleted.</summary>
    /// <param name="bytes">The file's length.</param>
    /// <param name="regions">Of equal length; the first and the last byte are regions of their own where there are more than two.</param>
    public static IEnumerable<Damage> Of(long bytes, int regions)
    {
        var random = RandomKey.FromSeed((int)bytes);
        for (var region = 0; region < regions; region++)
        {
            var (from, to) = (region * bytes / regions, (region + 1) * bytes / regions);
            var at = region == 0 && regions > 2 ? 0 : region == regions - 1 && regions > 2 ? bytes - 1 : from + random.Below(2 * region, (int)Math.Max(1, to - from));
            yield return new Damage("flip", (at * 8) + random.Below((2 * region) + 1, 8));
            yield return new Damage("cut", at);
        }

        yield return new Damage("delete", 0);
    }

    /// <summary>Does it to a file, which may have become a little shorter since.</summary>
    /// <returns>What the file held before.</returns>
    public byte[] Inflict(string path)
    {
        var bytes = File.ReadAllBytes(path);
        switch (Kind)
        {
            case "flip":
                var flipped = bytes.ToArray();
                flipped[Math.Min(At / 8, bytes.Length - 1)] ^= (byte)(1 << (int)(At % 8));
                File.WriteAllBytes(path, flipped);
                break;
            case "cut":
                File.WriteAllBytes(path, bytes[..(int)Math.Min(At, bytes.Length - 1)]);
                break;
            default:
                File.Delete(path);
                break;
        }

        return bytes;
    }
}
