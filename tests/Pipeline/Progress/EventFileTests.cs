using System.Buffers.Binary;
using System.Text.Json.Nodes;
using Distill.Pipeline.Progress;
using Google.Protobuf;
using Tensorboard;

namespace Tests.Pipeline.Progress;

/// <summary>Event files are read with the classes generated from TensorBoard's own event.proto, which TorchSharp contains.</summary>
public sealed class EventFileTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ManualClock _clock = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_line_of_metrics_is_an_event_with_one_scalar_per_number()
    {
        var log = Log();
        log.Append(new JsonObject { ["step"] = 10, ["loss"] = 0.5, ["note"] = "text" });
        _clock.Pass(1.5);
        log.Append(new JsonObject { ["step"] = 20, ["loss"] = 0.25, ["learningRate"] = 1e-3 });
        log.Append(new JsonObject { ["note"] = 1 });

        var events = Read();
        Assert.Equal("brain.Event:2", events[0].FileVersion);
        Assert.Equal([(10L, "loss", 0.5f), (20L, "loss", 0.25f), (20L, "learningRate", 1e-3f)], events.Skip(1).SelectMany(Scalars));
        Assert.Equal(new DateTimeOffset(2030, 1, 2, 12, 0, 1, 500, TimeSpan.Zero).ToUnixTimeMilliseconds() / 1000.0, events[2].WallTime);
    }

    [Fact]
    public void A_resumed_run_drops_events_as_it_drops_lines_and_repairs_a_torn_end()
    {
        var log = Log();
        foreach (var step in new[] { 10, 20, 30 })
        {
            log.Append(new JsonObject { ["step"] = step, ["loss"] = 1 });
        }

        using (var torn = File.Open(EventsPath, FileMode.Open))
        {
            torn.SetLength(torn.Length - 3);
        }

        Log().TruncateAfter(20);

        Assert.Equal([10, 20], Read().Skip(1).Select(entry => entry.Step));

        Log().Append(new JsonObject { ["step"] = 25, ["loss"] = 1 });
        Assert.Equal([10, 20, 25], Read().Skip(1).Select(entry => entry.Step));
    }

    private string EventsPath => _folder["stage/events.out.tfevents.distill"];

    private MetricsLog Log() => new(_folder["stage/metrics.jsonl"], _clock);

    private static IEnumerable<(long Step, string Tag, float Value)> Scalars(Event entry) =>
        entry.Summary.Value.Select(value => (entry.Step, value.Tag, value.SimpleValue));

    /// <summary>Reads the file's records, and compares each checksum with one that is computed bit by bit.</summary>
    private List<Event> Read()
    {
        var events = new List<Event>();
        for (var rest = File.ReadAllBytes(EventsPath).AsSpan(); rest.Length > 0;)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(rest);
            Assert.Equal(Masked(rest[..8]), BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]));
            var data = rest.Slice(12, length);
            Assert.Equal(Masked(data), BinaryPrimitives.ReadUInt32LittleEndian(rest[(12 + length)..]));

            // The classes come from an older protobuf generator, which parses only streams.
            events.Add(Event.Parser.ParseFrom(new CodedInputStream(data.ToArray())));
            rest = rest[(16 + length)..];
        }

        return events;
    }

    private static uint Masked(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0x82f63b78);
            }
        }

        crc = ~crc;
        return ((crc >> 15) | (crc << 17)) + 0xa282ead8;
    }
}
