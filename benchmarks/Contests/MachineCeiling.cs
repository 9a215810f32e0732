using System.Diagnostics;
using System.Text.Json.Nodes;
using Benchmarks.Harness;
using Distill.Learning.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Benchmarks.Contests;

/// <summary>Upper limits of the machine: products of large matrices, and copying memory.</summary>
internal static class MachineCeiling
{
    public const string Name = "ceiling";

    private const int Side = 2048;
    private const int CopiedBytes = 256 << 20;

    public static void Run(Compute compute, int pairs, Report report)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        Report.Heading(Name, "this machine, as libtorch uses it");
        var section = new JsonObject();
        const double products = 2.0 * Side * Side * Side;
        Line("product of 2048² matrices, fp32", "GFLOP/s", Product(ScalarType.Float32), products / 1e9);
        Line("product of 2048² matrices, bf16", "GFLOP/s", Product(ScalarType.BFloat16), products / 1e9);

        // Written first, because the kernel maps untouched memory to one page of zeros, which stays in the cache.
        var from = ones(CopiedBytes, ScalarType.Byte, compute.Device);
        var to = from.clone();

        // Each byte is read once and written once.
        Line("copy of 256 MiB, read and written", "GB/s", () => to.copy_(from), 2.0 * CopiedBytes / 1e9);
        report.Keep(Name, section);

        Action Product(ScalarType type)
        {
            var a = rand([Side, Side], ScalarType.Float32, compute.Device).to_type(type);
            var b = rand([Side, Side], ScalarType.Float32, compute.Device).to_type(type);
            return () => a.mm(b).Dispose();
        }

        void Line(string name, string unit, Action work, double amount)
        {
            work();
            var rate = Spread.From(Enumerable.Range(0, pairs).Select(_ => amount / Seconds(work)));
            Report.Line(name, rate, unit);
            section[name] = new JsonObject { ["unit"] = unit, ["rate"] = rate.ToJson() };
        }

        double Seconds(Action work)
        {
            var clock = Stopwatch.StartNew();
            work();
            if (compute.Device.type != DeviceType.CPU)
            {
                cuda.synchronize();
            }

            return clock.Elapsed.TotalSeconds;
        }
    }
}
