using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace Distill.Learning.Safetensors;

/// <summary>Writes and reads tensors in the safetensors format. Equal tensors give equal bytes.</summary>
public static class SafetensorsFile
{
    // 1 GiB of the widest type.
    private const long MaxPieceElements = 1L << 27;

    /// <summary>Writes tensors in the reference writer's order (larger element types first, then by name), with sorted metadata.</summary>
    public static void Write(
        Stream stream, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var ordered = tensors
            .OrderByDescending(t => SafetensorsEntry.SizeOf(t.Value.dtype))
            .ThenBy(t => t.Key, StringComparer.Ordinal)
            .ToArray();
        var header = HeaderOf(ordered, metadata ?? new Dictionary<string, string>());

        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var (_, tensor) in ordered)
        {
            using var scope = NewDisposeScope();
            foreach (var piece in Pieces(tensor.detach().cpu().contiguous()))
            {
                stream.Write(piece.bytes);
            }
        }
    }

    /// <summary>Reads the shape of every tensor from the header.</summary>
    /// <exception cref="InvalidDataException">The file is damaged. The message names the file and the damage.</exception>
    public static IReadOnlyDictionary<string, long[]> ReadShapes(string path)
    {
        using var stream = File.OpenRead(path);
        return SafetensorsHeader.Read(stream, path).Entries.ToDictionary(entry => entry.Name, entry => entry.Shape);
    }

    /// <summary>Reads all tensors to the CPU. The caller, or its dispose scope, owns them.</summary>
    /// <exception cref="InvalidDataException">The file is damaged. The message names the file and the damage.</exception>
    public static Dictionary<string, Tensor> Read(string path) => Read(path, out _);

    /// <inheritdoc cref="Read(string)"/>
    public static Dictionary<string, Tensor> Read(string path, out IReadOnlyDictionary<string, string> metadata)
    {
        using var stream = File.OpenRead(path);
        var header = SafetensorsHeader.Read(stream, path);
        metadata = header.Metadata;
        var tensors = new Dictionary<string, Tensor>(header.Entries.Count);
        foreach (var entry in header.Entries)
        {
            var tensor = empty(entry.Shape, dtype: entry.Type);
            stream.Position = header.DataStart + entry.Begin;
            using var scope = NewDisposeScope();
            foreach (var piece in Pieces(tensor))
            {
                stream.ReadExactly(piece.bytes);
            }

            tensors.Add(entry.Name, tensor);
        }

        return tensors;
    }

    /// <summary>
    /// Splits a tensor into views whose bytes fit into a span, in order. The flat buffers of large networks exceed 2 GiB.
    /// </summary>
    private static IEnumerable<Tensor> Pieces(Tensor contiguous)
    {
        var flat = contiguous.view(-1);
        for (var start = 0L; start < flat.numel(); start += MaxPieceElements)
        {
            yield return flat.narrow(0, start, Math.Min(MaxPieceElements, flat.numel() - start));
        }
    }

    private static byte[] HeaderOf(KeyValuePair<string, Tensor>[] tensors, IReadOnlyDictionary<string, string> metadata)
    {
        var header = new JsonObject();
        if (metadata.Count > 0)
        {
            header["__metadata__"] = new JsonObject(metadata
                .OrderBy(m => m.Key, StringComparer.Ordinal)
                .Select(m => KeyValuePair.Create<string, JsonNode?>(m.Key, m.Value)));
        }

        long offset = 0;
        foreach (var (name, tensor) in tensors)
        {
            var end = offset + tensor.numel() * SafetensorsEntry.SizeOf(tensor.dtype);
            header[name] = new JsonObject
            {
                ["dtype"] = SafetensorsEntry.NameOf(tensor.dtype),
                ["shape"] = new JsonArray([.. tensor.shape.Select(d => JsonValue.Create(d))]),
                ["data_offsets"] = new JsonArray(offset, end),
            };
            offset = end;
        }

        var json = Encoding.UTF8.GetBytes(header.ToJsonString(JsonSerializerOptions.Web));
        // Padded with spaces to a multiple of 8, so that every tensor is aligned in a mapped file.
        return [.. json, .. Enumerable.Repeat((byte)' ', (8 - json.Length % 8) % 8)];
    }
}
