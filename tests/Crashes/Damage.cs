using Distill.Learning.Randomness;

namespace Tests.Crashes;

/// <summary>A way to damage a file.</summary>
/// <param name="Kind">"flip", "cut" or "delete".</param>
/// <param name="At">Index of the bit that flips, or the length that is left.</param>
internal sealed record Damage(string Kind, long At)
{
    public bool IsFlip => Kind == "flip";

    public bool IsDeletion => Kind == "delete";

    /// <summary>Draws one bit flip and one cut at random places of each region, and adds a deletion.</summary>
    /// <param name="bytes">Length of the file.</param>
    /// <param name="regions">Number of regions of equal length. If there are more than two, the first and last byte are always hit.</param>
    public static IEnumerable<Damage> Draw(long bytes, int regions)
    {
        var random = RandomKey.FromSeed((int)bytes);
        for (var region = 0; region < regions; region++)
        {
            var (from, to) = (region * bytes / regions, (region + 1) * bytes / regions);
            var drawn = from + random.Below(2 * region, (int)Math.Max(1, to - from));
            var at = regions <= 2 ? drawn : region == 0 ? 0 : region == regions - 1 ? bytes - 1 : drawn;
            yield return new Damage("flip", (at * 8) + random.Below((2 * region) + 1, 8));
            yield return new Damage("cut", at);
        }

        yield return new Damage("delete", 0);
    }

    /// <summary>Damages a file, which may be a little shorter than the one that the damage was drawn for.</summary>
    /// <returns>The content before.</returns>
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
