using System.Buffers.Binary;

namespace Tests.Fuzzing;

/// <summary>Damages bytes as disks, networks and attackers do. The seed determines the result.</summary>
internal static class Mutator
{
    private const int MostChanges = 6;
    private const int LongestBlock = 64;

    private static readonly long[] Numbers =
    [
        0, 1, -1, 127, 128, 255, 256, 32767, 65535, int.MaxValue, int.MinValue, uint.MaxValue,
        1L << 32, 1L << 40, long.MaxValue, long.MinValue,
    ];

    private static readonly string[] Texts =
        ["0", "-1", "99999999999999999999", "1e308", "1e999", "\"", "{", "[", "null", "../", "\u0000", "[[[[[[[[[[[[[[[["];

    /// <summary>Returns one of the originals, changed in one to six places.</summary>
    public static byte[] Change(IReadOnlyList<byte[]> originals, int seed)
    {
        var random = new Random(seed);
        var bytes = new List<byte>(originals[random.Next(originals.Count)]);
        for (var change = 1 + random.Next(MostChanges); change > 0; change--)
        {
            Change(bytes, originals, random);
        }

        return [.. bytes];
    }

    private static void Change(List<byte> bytes, IReadOnlyList<byte[]> originals, Random random)
    {
        var at = bytes.Count == 0 ? 0 : Place(bytes.Count, random);
        var length = Math.Min(1 + random.Next(LongestBlock), bytes.Count - at);
        switch (bytes.Count == 0 ? 7 : random.Next(10))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2 or 3:
                Overwrite(bytes, at, Number(random));
                break;
            case 4:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 5:
                bytes.RemoveRange(at, length);
                break;
            case 6:
                bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length));
                break;
            case 7:
                var noise = new byte[1 + random.Next(LongestBlock)];
                random.NextBytes(noise);
                bytes.InsertRange(at, noise);
                break;
            case 8:
                bytes.InsertRange(at, System.Text.Encoding.UTF8.GetBytes(Texts[random.Next(Texts.Length)]));
                break;
            default:
                var other = originals[random.Next(originals.Count)];
                var from = random.Next(other.Length);
                Overwrite(bytes, at, other.AsSpan(from, Math.Min(LongestBlock, other.Length - from)).ToArray());
                break;
        }
    }

    /// <summary>Draws a position, more often near the start and end, where formats have headers and footers.</summary>
    private static int Place(int count, Random random) => random.Next(4) switch
    {
        0 => random.Next(Math.Min(count, LongestBlock)),
        1 => count - 1 - random.Next(Math.Min(count, LongestBlock)),
        _ => random.Next(count),
    };

    private static byte[] Number(Random random)
    {
        var number = new byte[8];
        var value = Numbers[random.Next(Numbers.Length)];
        var size = 1 << random.Next(4);
        if (random.Next(2) == 0)
        {
            BinaryPrimitives.WriteInt64LittleEndian(number, value);
            return number[..size];
        }

        BinaryPrimitives.WriteInt64BigEndian(number, value);
        return number[^size..];
    }

    private static void Overwrite(List<byte> bytes, int at, byte[] by)
    {
        for (var i = 0; i < by.Length && at + i < bytes.Count; i++)
        {
            bytes[at + i] = by[i];
        }
    }
}
