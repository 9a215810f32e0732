using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Benchmarks.Harness;

namespace Benchmarks.Device;

/// <summary>Runs the product and another program on the same work in turns, A B A B …, and compares them round by round.</summary>
/// <param name="name">Name of the work.</param>
/// <param name="rounds">Number of turns of each program.</param>
/// <param name="gigaFlopPerImage">GFLOP per image, with the backward pass if there is one; 0 for a reduced network.</param>
/// <param name="peakTeraFlops">TFLOP/s that the device reaches in matrix products; 0 if not measured.</param>
internal sealed class DeviceTurns(string name, int rounds, double gigaFlopPerImage, double peakTeraFlops)
{
    /// <summary>Runs the turns, prints a line per program and returns the rows.</summary>
    /// <param name="programs">Programs, the product first. One that fails has no further turns, and its row states the reason.</param>
    public IReadOnlyList<JsonObject> Run(IReadOnlyList<(string Name, Func<TurnReading> Turn)> programs)
    {
        var readings = programs.ToDictionary(program => program.Name, _ => new List<TurnReading>());
        var failures = new Dictionary<string, string>();

        // The first round warms up: kernels are chosen, and networks are compiled.
        for (var round = -1; round < rounds; round++)
        {
            foreach (var (program, turn) in programs.Where(program => !failures.ContainsKey(program.Name)))
            {
                try
                {
                    var reading = turn();
                    if (round >= 0)
                    {
                        readings[program].Add(reading);
                    }
                }
                catch (Exception failed) when (failed is InvalidOperationException or ExternalException)
                {
                    failures[program] = failed.Message.Trim();
                }
            }
        }

        var product = readings[programs[0].Name];
        return
        [
            .. programs.Select(program => Row(program.Name, readings[program.Name], product, failures.GetValueOrDefault(program.Name))),
        ];
    }

    private JsonObject Row(string program, List<TurnReading> own, List<TurnReading> product, string? failure)
    {
        if (failure is not null || own.Count == 0)
        {
            Console.WriteLine($"{name,-18}{program,-17}failed: {failure?.Split('\n')[^1]}");
            return new JsonObject { ["work"] = name, ["program"] = program, ["failure"] = failure ?? "no turn was completed" };
        }

        var rate = Spread.From(own.Select(reading => reading.Rate));

        // The product's rate divided by this program's, round by round.
        double[] ratios = [.. product.Zip(own, (ours, theirs) => ours.Rate / theirs.Rate)];
        var ratio = ratios.Length > 0 ? Spread.From(ratios) : (Spread?)null;
        var share = gigaFlopPerImage > 0 && peakTeraFlops > 0 ? rate.Median * gigaFlopPerImage / 1000 / peakTeraFlops : (double?)null;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-18}{program,-17}{rate.Median,9:0.0} images/s{(ratio is { } found ? $", product over this {found.Median:0.000}" : "")}"
            + $"{(share is { } peak ? $", {peak:0.0 %} of the matmul peak" : "")}"));
        return new JsonObject
        {
            ["work"] = name,
            ["program"] = program,
            ["imagesPerSecond"] = rate.ToJson(),
            ["productOverThis"] = ratio?.ToJson(),
            ["shareOfMatmulPeak"] = share is { } part ? Math.Round(part, 4) : null,
            ["peakGiB"] = own[^1].PeakBytes is { } bytes ? Math.Round(bytes / (double)(1L << 30), 2) : null,
        };
    }
}
