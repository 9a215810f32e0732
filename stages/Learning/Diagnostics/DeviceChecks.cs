using System.Diagnostics;
using Distill.Learning.Arithmetic;
using Distill.Learning.Randomness;
using Distill.Learning.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Distill.Learning.Diagnostics;

/// <summary>
/// Runs small computations of every kind that the stages need on a device, and compares them with fp64 on the CPU. They show within
/// seconds whether a libtorch, a driver or a GPU computes correctly.
/// </summary>
public static class DeviceChecks
{
    /// <summary>The rounding error of fp32 is 6e-8; sums of some thousand terms lose a few digits.</summary>
    private const double Fp32Tolerance = 1e-4;

    /// <summary>The rounding error of bf16 is 4e-3 in every layer.</summary>
    private const double Bf16Tolerance = 2e-2;

    private static readonly RandomKey Random = RandomKey.FromSeed(0).Fold("doctor");

    /// <summary>Runs the checks on a device one after the other, each when the consumer asks for it.</summary>
    public static IEnumerable<CheckRow> On(Device device)
    {
        foreach (var bf16 in new[] { false, true })
        {
            var compute = new Compute(device, bf16);
            yield return Row("convolution, batch norm, ReLU and their gradients", compute, LayerCheck.Error);
            foreach (var kind in StepCheck.All)
            {
                yield return Row($"a step of {kind.Name}", compute, at => kind.Error(at, Random));
            }

            yield return Row("labeling by the inference network", compute, at => InferenceCheck.Error(at, Random));
        }

        var exact = new Compute(device, Bf16: false);
        if (device.type != DeviceType.CPU)
        {
            yield return Row("pinned memory for batches", exact, at => PinnedMemory.IsPinned(at.Device) ? 0 : 1);
        }

        yield return Row("two steps of AdamW", exact, at => OptimizerCheck.AdamW(at, Random));
        yield return Row("two steps of LARS", exact, at => OptimizerCheck.Lars(at, Random));
    }

    private static CheckRow Row(string name, Compute compute, Func<Compute, double> error)
    {
        var (precision, tolerance) = compute.Bf16 ? ("bf16", Bf16Tolerance) : ("fp32", Fp32Tolerance);
        var clock = Stopwatch.StartNew();
        double? found = null;
        string? failure = null;
        try
        {
            using var scope = NewDisposeScope();
            found = error(compute);
        }
        catch (Exception failed) when (failed is not OperationCanceledException)
        {
            // libtorch's messages continue with a C++ stack trace.
            failure = failed.Message.Split('\n')[0];
        }

        return new CheckRow(name, precision, found, tolerance, clock.Elapsed.TotalSeconds, failure);
    }
}
