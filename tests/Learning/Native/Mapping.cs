using System.Globalization;

namespace Tests.Learning.Native;

/// <summary>A mapping of this process, as the kernel lists it (proc(5), smaps).</summary>
/// <param name="Start">First address.</param>
/// <param name="End">Address after the last one.</param>
/// <param name="Flags">Flags of two letters, separated by spaces; <c>hg</c> asks for huge pages.</param>
internal sealed record Mapping(nuint Start, nuint End, string Flags)
{
    public bool IsHuge => Flags.Split(' ').Contains("hg");

    /// <summary>Returns the mapping with an address.</summary>
    public static Mapping Of(nuint address)
    {
        var (first, end) = ((nuint)0, (nuint)0);
        foreach (var line in File.ReadLines("/proc/self/smaps"))
        {
            var range = line.Split(' ')[0].Split('-');
            if (range.Length == 2 && nuint.TryParse(range[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var start))
            {
                (first, end) = (start, nuint.Parse(range[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            }
            else if (first <= address && address < end && line.StartsWith("VmFlags:", StringComparison.Ordinal))
            {
                return new Mapping(first, end, line["VmFlags:".Length..].Trim());
            }
        }

        throw new ArgumentException($"no mapping has the address {address:x}", nameof(address));
    }
}
