using Distill.Pipeline.Options;

namespace Distill.Rivals.Memory;

/// <summary>Options of a bank that holds a projection of every image.</summary>
/// <param name="Output">Length of a projection; 128 in the papers.</param>
/// <param name="Temperature">τ of the softmax over all images.</param>
/// <param name="Momentum">Fraction of an image's entry that is kept when it is seen again; 0.5 in the papers' code.</param>
public sealed record MemoryOptions(int Output, double Temperature, double Momentum)
{
    /// <summary>Reads the options from the block of a method.</summary>
    /// <param name="section">The block.</param>
    /// <param name="temperature">The default temperature.</param>
    internal static MemoryOptions Read(JsonSection section, double temperature) => new(
        section.Integer("output", 128, 1, 65536, "Length of a projection."),
        section.Number("temperature", temperature, 0.001, 100, "Temperature of the softmax over all images."),
        section.Number("momentum", 0.5, 0, 1, "Fraction of an image's entry in the bank that is kept when it is seen again."));
}
