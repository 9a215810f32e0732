using System.Buffers.Binary;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Distill.Pipeline.Storage;

namespace Distill.Pipeline.Progress;

/// <summary>
/// Metrics as TensorBoard reads them: records of a TFRecord file (length, data, and a masked CRC-32C of each: tensorflow/core/lib/io/record_writer.cc), each an
/// Event message (tensorflow/core/util/event.proto) with a scalar a metric. A file is a function of the lines that it is made of.
/// </summary>
internal static class EventFile
{
    /// <summary>What TensorBoard takes for a file of its own.</summary>
    public const string Name = "events.out.tfevents.distill";

    // So that a CRC of data that hold CRCs is no weaker.
    private const uint CrcMask = 0xa282ead8;

    /// <summary>The first record of a file.</summary>
    public static byte[] Header() => Record(ProtobufMessage.Of(output => output.Text(3, "brain.Event:2")));

    /// <summary>A record with the numbers of a line of metrics.jsonl; empty for a line without a step, a time or a number.</summary>
    public static byte[] Record(JsonObject metrics)
    {
        byte[][] values = [.. metrics.Where(metric => metric.Key != "step" && IsNumber(metric.Value)).Select(metric => Value(metric.Key, metric.Value!.GetValue<double>()))];
        if (values.Length == 0
            || metrics["step"] is not JsonValue step || !step.TryGetValue(out long at)
            || metrics["utc"] is not JsonValue time || !time.TryGetValue(out DateTime utc))
        {
            return [];
        }

        return Record(ProtobufMessage.Of(output =>
        {
            output.Real64(1, (utc - DateTime.UnixEpoch).TotalSeconds);
            output.Number(2, at);
            output.Nested(5, ProtobufMessage.Of(summary => Array.ForEach(values, value => summary.Nested(1, value))));
        }));
    }

    private static bool IsNumber(JsonNode? node) => node?.GetValueKind() == JsonValueKind.Number;

    private static byte[] Value(string tag, double number) => ProtobufMessage.Of(output =>
    {
        output.Text(1, tag);
        output.Real32(2, (float)number);
    });

    private static byte[] Record(byte[] data)
    {
        var record = new byte[sizeof(ulong) + sizeof(uint) + data.Length + sizeof(uint)];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(sizeof(ulong)), Masked(record.AsSpan(0, sizeof(ulong))));
        data.CopyTo(record, sizeof(ulong) + sizeof(uint));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(record.Length - sizeof(uint)), Masked(data));
        return record;
    }

    private static uint Masked(ReadOnlySpan<byte> bytes) => BitOperations.RotateRight(Crc32C.Of(bytes), 15) + CrcMask;
}
