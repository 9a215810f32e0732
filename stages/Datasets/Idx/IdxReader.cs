using System.Buffers.Binary;
using Distill.Datasets.Images;
using Distill.Pipeline.Options;

namespace Distill.Datasets.Idx;

/// <summary>
/// Reads IDX, the format of MNIST: a big-endian magic number (2051 for images, 2049 for labels), one 32-bit size per dimension, and one
/// byte per value. Every size is checked before memory is allocated for it.
/// </summary>
internal static class IdxReader
{
    private const uint ImagesMagic = 2051;
    private const uint LabelsMagic = 2049;

    /// <summary>Deflate cannot compress more than this into one byte (zlib, "Maximum Compression Factor").</summary>
    private const long MaxBytesPerGzipByte = 1032;

    /// <summary>Reads gray images: their shape, and their pixels as uint8 [N, 1, H, W].</summary>
    /// <exception cref="UserException">The file does not contain IDX images, or its length contradicts its header.</exception>
    public static (ImageShape Shape, byte[] Pixels) ReadImages(string path)
    {
        var (dimensions, pixels) = Read(path, "images", ImagesMagic, rank: 3);
        return (new ImageShape(1, (int)dimensions[1], (int)dimensions[2]), pixels);
    }

    /// <summary>Reads N labels.</summary>
    /// <exception cref="UserException">The file does not contain IDX labels, or its length contradicts its header.</exception>
    public static byte[] ReadLabels(string path) => Read(path, "labels", LabelsMagic, rank: 1).Content;

    private static (uint[] Dimensions, byte[] Content) Read(string path, string noun, uint magic, int rank) =>
        IdxFile.TranslateErrors(path, () =>
        {
            using var stream = IdxFile.Open(path);
            if (ReadNumber(stream) is var found && found != magic)
            {
                throw new UserException($"{path} is not an IDX file of {noun}: it starts with {found}, expected {magic}");
            }

            var dimensions = new uint[rank];
            for (var axis = 0; axis < rank; axis++)
            {
                dimensions[axis] = ReadNumber(stream);
            }

            var content = new byte[ContentLength(path, dimensions)];
            stream.ReadExactly(content);
            return stream.ReadByte() < 0
                ? (dimensions, content)
                : throw new UserException($"{path} is longer than its header declares ({string.Join(" × ", dimensions)} bytes)");
        });

    private static uint ReadNumber(Stream stream)
    {
        Span<byte> octets = stackalloc byte[4];
        stream.ReadExactly(octets);
        return BinaryPrimitives.ReadUInt32BigEndian(octets);
    }

    private static int ContentLength(string path, uint[] dimensions)
    {
        var length = dimensions.Aggregate((UInt128)1, (product, size) => product * size);
        var onDisk = new FileInfo(path).Length;
        if (length == 0 || length > (UInt128)(onDisk * MaxBytesPerGzipByte) || length > (UInt128)Array.MaxLength)
        {
            throw new UserException(
                $"{path} declares {string.Join(" × ", dimensions)} bytes, but its {onDisk} bytes on disk cannot contain them");
        }

        return (int)length;
    }
}
