using System.Text.Json.Nodes;

namespace Benchmarks.Device;

/// <summary>A turn of one program.</summary>
/// <param name="Images">Views or images worked on.</param>
/// <param name="Seconds">Until the device had done everything.</param>
/// <param name="PeakBytes">Memory of the program's tensors at most; null where it cannot tell.</param>
internal readonly record struct TurnReading(long Images, double Seconds, long? PeakBytes)
{
    public double Rate => Images / Seconds;

    /// <summary>From a program's answer.</summary>
    public static TurnReading Of(JsonObject answer) =>
        new(answer["images"]!.GetValue<long>(), answer["seconds"]!.GetValue<double>(), answer["peakBytes"]?.GetValue<long>());
}
