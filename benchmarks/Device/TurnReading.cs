using System.Text.Json.Nodes;

namespace Benchmarks.Device;

/// <summary>Measurement of one turn of a program.</summary>
/// <param name="Images">Number of views or images processed.</param>
/// <param name="Seconds">Time until the device had finished.</param>
/// <param name="PeakBytes">Peak memory of the program's tensors; null if unknown.</param>
internal readonly record struct TurnReading(long Images, double Seconds, long? PeakBytes)
{
    /// <summary>Images per second.</summary>
    public double Rate => Images / Seconds;

    /// <summary>Reads a program's answer.</summary>
    public static TurnReading Parse(JsonObject answer) =>
        new(answer["images"]!.GetValue<long>(), answer["seconds"]!.GetValue<double>(), answer["peakBytes"]?.GetValue<long>());
}
