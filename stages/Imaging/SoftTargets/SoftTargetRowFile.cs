// N rows, K classes, k stored classes
using System.Runtime.InteropServices;
using Distill.Datasets.Images;
using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace Distill.Imaging.SoftTargets;

/// <summary>
/// The soft targets that a student learns from, as rows of equal length in one file, so that any of them is read at once. Parquet files
/// cannot be read in a shuffled order, and millions of views with the logits of many classes may not fit into memory. The system keeps in
/// memory what it has room for.
/// </summary>
/// <remarks>The file has no name, so its space is free again as soon as the process ends, however it ends.</remarks>
public sealed class SoftTargetRowFile : ISoftTargetLogits, IDisposable
{
    // In single precision, 256 MiB. Up to here, sums over all rows in one piece keep their rounding.
    private const int MostElementsAtOnce = 1 << 26;

    // A chunk in single precision then takes 16 MiB.
    private const int ElementsPerChunk = 1 << 22;

    private readonly SafeFileHandle _file;
    private int _width;
    private int _topK;

    private SoftTargetRowFile(SafeFileHandle file, Device device) => (_file, Device) = (file, device);

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <inheritdoc/>
    public int Classes { get; private set; }

    /// <inheritdoc/>
    public Device Device { get; }

    /// <summary>Number of views of each image, which are in neighboring rows; null if it is not the same of all images.</summary>
    public int? ViewsPerImage { get; private set; }

    /// <inheritdoc/>
    public int RowsAtOnce => _topK == 0 && (long)Count * Classes <= MostElementsAtOnce ? Count : Math.Max(1, ElementsPerChunk / Classes);

    private static int PlaceBytes => Marshal.SizeOf<Place>();

    private int RowBytes => BytesPerRow(Classes, _topK);

    /// <summary>Bytes of a row with all K logits, or with k of them and their classes.</summary>
    public static int BytesPerRow(int classes, int topK) =>
        PlaceBytes + (topK > 0 ? (sizeof(float) + sizeof(int)) * topK : sizeof(float) * classes);

    /// <summary>Writes rows to a file, which is deleted with this object or with the process.</summary>
    /// <param name="folder">Folder on the disk that is used.</param>
    /// <param name="groups">The rows, a group at a time.</param>
    /// <param name="isWanted">Returns whether an image, by its number, is learned from.</param>
    /// <param name="device">Device on which logits are returned.</param>
    public static SoftTargetRowFile Create(string folder, IEnumerable<SoftTargetTable> groups, Func<int, bool> isWanted, Device device)
    {
        var path = Path.Combine(folder, "soft-targets.rows");
        // Without buffering of its own, since rows are written a group at a time.
        var file = new SoftTargetRowFile(File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite), device);
        try
        {
            File.Delete(path);
            file.Write(groups, isWanted);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Returns the image and the crop of a row.</summary>
    public (int Image, Crop Crop) ViewAt(int row)
    {
        Span<byte> bytes = stackalloc byte[PlaceBytes];
        Fill(bytes, (long)row * RowBytes);
        var place = MemoryMarshal.Read<Place>(bytes);
        return (place.Image, place.Crop);
    }

    /// <inheritdoc/>
    public Tensor Take(IReadOnlyList<int> rows_N)
    {
        var bytes = new byte[rows_N.Count * RowBytes];
        for (var i = 0; i < rows_N.Count; i++)
        {
            Fill(bytes.AsSpan(i * RowBytes, RowBytes), (long)rows_N[i] * RowBytes);
        }

        return Logits(bytes, rows_N.Count);
    }

    /// <inheritdoc/>
    public Tensor Range(int start, int count)
    {
        var bytes = new byte[count * RowBytes];
        Fill(bytes, (long)start * RowBytes);
        return Logits(bytes, count);
    }

    public void Dispose() => _file.Dispose();

    private void Write(IEnumerable<SoftTargetTable> groups, Func<int, bool> isWanted)
    {
        var runs = new Runs();
        // One buffer for all groups, since millions of rows would leave as much garbage as they take on the disk.
        byte[] buffer = [];
        foreach (var group in groups)
        {
            (Classes, _width, _topK) = (group.Classes, group.Width, group.TopK);
            int[] rows = [.. Enumerable.Range(0, group.Count).Where(row => isWanted(group.Images[row]))];
            if (buffer.Length < rows.Length * RowBytes)
            {
                buffer = new byte[rows.Length * RowBytes];
            }

            var bytes = buffer.AsSpan(0, rows.Length * RowBytes);
            for (var i = 0; i < rows.Length; i++)
            {
                WriteRow(group, rows[i], bytes.Slice(i * RowBytes, RowBytes));
                runs.Add(group.Images[rows[i]]);
            }

            RandomAccess.Write(_file, bytes, (long)Count * RowBytes);
            Count = checked(Count + rows.Length);
        }

        ViewsPerImage = runs.Length;
    }

    private void WriteRow(SoftTargetTable table, int row, Span<byte> bytes)
    {
        var place = new Place(table.Images[row], table.Crops[row], _topK > 0 ? table.Rest[row] : 0);
        MemoryMarshal.Write(bytes, in place);
        var logits = CollectionsMarshal.AsSpan(table.Logits).Slice(row * _width, _width);
        MemoryMarshal.AsBytes(logits).CopyTo(bytes[PlaceBytes..]);
        var numbers = CollectionsMarshal.AsSpan(table.TopClasses).Slice(row * _topK, _topK);
        MemoryMarshal.AsBytes(numbers).CopyTo(bytes[(PlaceBytes + sizeof(float) * _width)..]);
    }

    private Tensor Logits(ReadOnlySpan<byte> bytes, int rows)
    {
        var (logits, classes, rest) = (new float[rows * _width], new int[rows * _topK], new float[_topK > 0 ? rows : 0]);
        for (var i = 0; i < rows; i++)
        {
            var row = bytes.Slice(i * RowBytes, RowBytes);
            var values = row[PlaceBytes..];
            MemoryMarshal.Cast<byte, float>(values)[.._width].CopyTo(logits.AsSpan(i * _width));
            if (_topK > 0)
            {
                MemoryMarshal.Cast<byte, int>(values)[_width..].CopyTo(classes.AsSpan(i * _topK));
                rest[i] = MemoryMarshal.Read<Place>(row).Rest;
            }
        }

        return StoredLogits.Expand(logits, classes, rest, Classes, Device);
    }

    private void Fill(Span<byte> bytes, long offset)
    {
        while (bytes.Length > 0)
        {
            var count = RandomAccess.Read(_file, bytes, offset);
            // Nothing else has this file.
            ArgumentOutOfRangeException.ThrowIfZero(count);
            bytes = bytes[count..];
            offset += count;
        }
    }

    /// <summary>The part of a row before its logits.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Place(int image, Crop crop, float rest)
    {
        private readonly float _top = crop.Top;
        private readonly float _left = crop.Left;
        private readonly float _height = crop.Height;
        private readonly float _width = crop.Width;
        private readonly int _flipped = crop.Flipped ? 1 : 0;

        public int Image { get; } = image;

        public float Rest { get; } = rest;

        public Crop Crop => new(_top, _left, _height, _width, _flipped != 0);
    }
}
