using System.Buffers.Binary;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Distill.Pipeline.Storage;

namespace Distill.Pipeline.Progress;

/// <summary>
/// Writes metrics in TensorBoard's format: a TFRecord file (length, data, and a masked CRC-32C of each;
/// tensorflow/core/lib/io/record_writer.cc) of Event messages (tensorflow/core/util/event.proto) with one scalar per metric.
/// The same lines of metrics.jsonl always give the same file.
/// </summary>
internal static class EventFile
{
    /// <summary>A file name that TensorBoard recognizes.</summary>
    public const string Name = "events.out.tfevents.distill";

    // Added to each CRC, because a CRC over data that contain CRCs would be weak.
    private const uint CrcMask = 0xa282ead8;

    // Field numbers of Event (event.proto), then of Summary and Summary.Value (summary.proto).
    private const int WallTimeField = 1;
    private const int StepField = 2;
    private const int FileVersionField = 3;
    private const int SummaryField = 5;
    private const int ValueField = 1;
    private const int TagField = 1;
    private const int SimpleValueField = 2;

    /// <summary>Returns the first record of a file.</summary>
    public static byte[] Header() => Record(ProtobufMessage.Of(output => output.Text(FileVersionField, "brain.Event:2")));

    /// <summary>Returns a record of one line of metrics.jsonl; empty if the line lacks a step, a time or a number.</summary>
    public static byte[] Record(JsonObject metrics)
    {
        byte[][] values =
        [
            .. metrics.Where(metric => metric.Key != "step" && IsNumber(metric.Value))
                .Select(metric => Value(metric.Key, metric.Value!.GetValue<double>())),
        ];
        if (values.Length == 0
            || metrics["step"] is not JsonValue step || !step.TryGetValue(out long at)
            || metrics["utc"] is not JsonValue time || !time.TryGetValue(out DateTime utc))
        {
            return [];
        }

        return Record(ProtobufMessage.Of(output =>
        {
            output.Real64(WallTimeField, (utc - DateTime.UnixEpoch).TotalSeconds);
            output.Number(StepField, at);
            output.Nested(SummaryField, ProtobufMessage.Of(summary => Array.ForEach(values, value => summary.Nested(ValueField, value))));
        }));
    }

    private static bool IsNumber(JsonNode? node) => node?.GetValueKind() == JsonValueKind.Number;

    private static byte[] Value(string tag, double number) => ProtobufMessage.Of(output =>
    {
        output.Text(TagField, tag);
        output.Real32(SimpleValueField, (float)number);
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

    private static uint Masked(ReadOnlySpan<byte> bytes) => BitOperations.RotateRight(Crc32C.Compute(bytes), 15) + CrcMask;
}
