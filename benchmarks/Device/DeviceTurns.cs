using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Benchmarks.Harness;

namespace Benchmarks.Device;

/// <summary>The product and another program do the same work in turns, A B A B …, and are compared round by round.</summary>
/// <param name="name">Name of the work.</param>
/// <param name="rounds">Turns of each.</param>
/// <param name="gigaFlopPerImage">GFLOP per image, with the backward pass if there is one; 0 where the network is not of full size.</param>
/// <param name="peakTeraFlops">What the device's matrix products reach; 0 where nobody measured it.</param>
internal sealed class DeviceTurns(string name, int rounds, double gigaFlopPerImage, double peakTeraFlops)
{
    /// <summary>Runs the turns, prints a line per program and returns the rows.</summary>
    /// <param name="programs">The product first. A program that fails is left out from then on, with its reason.</param>
    public IReadOnlyList<JsonObject> Run(IReadOnlyList<(string Name, Func<TurnReading> Turn)> programs)
    {
        var readings = programs.ToDictionary(program => program.Name, _ => new List<TurnReading>());
        var failures = new Dictionary<string, string>();
        // The first round warms up: kernels are chosen, networks are compiled.
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

        return [.. programs.Select(program => Row(program.Name, readings[program.Name], readings[programs[0].Name], failures.GetValueOrDefault(program.Name)))];
    }

    private JsonObject Row(string program, List<TurnReading> own, List<TurnReading> product, string? failure)
    {
        if (failure is not null || own.Count == 0)
        {
            Console.WriteLine($"{name,-18}{program,-17}failed: {failure?.Split('\n')[^1]}");
            return new JsonObject { ["work"] = name, ["program"] = program, ["failure"] = failure ?? "no turn was taken" };
        }

        var rate = Spread.Of(own.Select(reading => reading.Rate));
        // What the product reaches of this program's rate, round by round.
        double[] ratios = [.. product.Zip(own, (ours, theirs) => ours.Rate / theirs.Rate)];
        var ratio = ratios.Length > 0 ? Spread.Of(ratios) : (Spread?)null;
        var share = gigaFlopPerImage > 0 && peakTeraFlops > 0 ? rate.Median * gigaFlopPerImage / 1000 / peakTeraFlops : (double?)null;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-18}{program,-17}{rate.Median,9:0.0} images/s{(ratio is { } found ? $", product over this {found.Median:0.000}" : "")}{(share is { } peak ? $", {peak:0.0 %} of the matmul peak" : "")}"));
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
