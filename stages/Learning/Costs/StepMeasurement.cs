using System.Diagnostics;
using Distill.Learning.Native;
using Distill.Learning.Networks;
using Distill.Learning.Networks.Inference;
using Distill.Learning.Optimizers;
using Distill.Learning.Training;
using Distill.Learning.Training.Passes;
using static TorchSharp.torch;

// M rows of a group, C channels, H height, W width
namespace Distill.Learning.Costs;

/// <summary>
/// Measures what training a network costs, by real passes of small groups on the CPU. Memory grows linearly with the rows of a group, so
/// two sizes tell the bytes of a row.
/// </summary>
public static class StepMeasurement
{
    private const int FewRows = 2;
    private const int FewInferenceRows = 4;
    private const int ManyInferenceRows = 12;

    /// <summary>Enough bytes for a group that needs about as much per row as a large one; small groups need up to a sixth more.</summary>
    private const long EnoughBytes = 3072L << 20;

    // As a part of the memory that is free, for small machines.
    private const int FreePart = 4;

    private const double EnoughSeconds = 8;

    private const double LongSeconds = 3;

    // What was freed by chance at the measurement would otherwise count as a need.
    private const double MostAllocatorShare = 1.15;

    // Time of a step divided by that of its passes: its views and its loss take the rest. Chosen on six networks (docs/results.md).
    private const double OtherTime = 1.08;

    /// <summary>Passes whose memory is measured. Other threads allocate too, so the least counts.</summary>
    private const int Repetitions = 2;

    /// <summary>Measures a network in training mode.</summary>
    /// <param name="network">The network, on the CPU.</param>
    /// <param name="shape">Shape of a row: [C, H, W].</param>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="compute">The arithmetic, on the CPU.</param>
    /// <param name="mostRows">Rows of the group to plan for; no larger group is measured.</param>
    public static StepCost Run(nn.Module<Tensor, Tensor> network, long[] shape, OptimizerOptions optimizer, Compute compute, long mostRows)
    {
        using var scope = NewDisposeScope();
        // First, because gradients and optimizer are not in memory yet.
        var inferenceRowBytes = InferenceRowBytes(EncoderOf(network), shape, compute);
        network.train();
        using var parameters = new FlatParameters(network);
        using var updates = Optimizer.Create(optimizer, parameters, adaptsClassifier: true);
        using var statistics = new RunningStatistics(network);
        using var replica = new Replica(network, parameters, statistics, compute);

        // First passes choose kernels, and touch the gradients' memory.
        Pass(FewRows);
        updates.Step(0, rate: 0);
        var rows = RowsFor(Measure(() => Pass(FewRows)), mostRows);
        var some = Measure(() => Pass(rows / 2));
        var all = Measure(() => Pass(rows));
        // In groups of few rows, the peak may be where the weights' gradients are made, whatever the rows. What a forward pass keeps grows
        // with the rows from the start. But no less than nothing is without rows.
        var rowBytes = Math.Min(
            Math.Max(all.Bytes - some.Bytes, all.KeptBytes - some.KeptBytes) / (double)(rows - rows / 2), all.Bytes / (double)rows);
        // Noise must not make one part negative.
        var rowSeconds = OtherTime
            * Math.Clamp((all.Seconds - some.Seconds) / (rows - rows / 2), all.Seconds / rows / 2, all.Seconds / rows);
        var update = Measure(() =>
        {
            updates.Step(1, rate: 0);
            return 0;
        });
        var forward = Measure(() => Forward(rows));
        return new StepCost
        {
            Parameters = network.ParameterCount(),
            WeightBytes = network.state_dict().Values.Sum(BytesOf),
            GradientBytes = BytesOf(parameters.Gradients),
            OptimizerBytes = updates.Buffers.Values.Sum(BytesOf),
            UpdateBytes = update.Bytes,
            GraphBytes = all.Bytes - (long)(rows * rowBytes),
            RowBytes = rowBytes,
            AllocatorShare = Math.Clamp(all.UsualBytes / (double)all.Bytes, 1, MostAllocatorShare),
            GroupSeconds = OtherTime * all.Seconds - rows * rowSeconds,
            RowSeconds = rowSeconds,
            ForwardRowSeconds = OtherTime * forward.Seconds / rows,
            InferenceRowBytes = inferenceRowBytes,
            UpdateSeconds = update.Seconds,
        };

        long Pass(long count)
        {
            using var step = NewDisposeScope();
            var outputs = replica.Forward(rand([count, .. shape]));
            var kept = ProcessMemory.Resident;
            replica.Backward(ones_like(outputs));
            return kept;
        }

        long Forward(long count)
        {
            using var step = NewDisposeScope();
            using var frozen = no_grad();
            replica.Forward(rand([count, .. shape]));
            replica.Forget();
            return 0;
        }
    }

    private static double InferenceRowBytes(nn.Module<Tensor, Tensor> encoder, long[] shape, Compute compute)
    {
        using var inference = InferenceNetwork.Create(encoder, compute.InFp32);
        var few = Measure(() => Infer(FewInferenceRows));
        var many = Measure(() => Infer(ManyInferenceRows));
        return Math.Max(0, many.Bytes - few.Bytes) / (double)(ManyInferenceRows - FewInferenceRows);

        long Infer(long count)
        {
            using var step = NewDisposeScope();
            using var frozen = no_grad();
            inference.Forward(rand([count, .. shape]));
            return 0;
        }
    }

    /// <summary>Chooses an even number of rows that is large enough to measure, and does not take long.</summary>
    private static long RowsFor(Measured few, long mostRows)
    {
        var byBytes = Math.Min(EnoughBytes, ProcessMemory.Available / FreePart) / Math.Max(1, few.Bytes / FewRows);
        var bySeconds = (long)(EnoughSeconds / (few.Seconds / FewRows));
        return Math.Clamp(Math.Min(byBytes, bySeconds) / 2 * 2, 2 * FewRows, Math.Max(2 * FewRows, mostRows));
    }

    /// <param name="action">What is measured. It returns the bytes in memory at its middle.</param>
    private static Measured Measure(Func<long> action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        // Of large networks, little else shows, and a pass takes long.
        var repetitions = seconds > LongSeconds ? 1 : Repetitions;
        var (bytes, kept) = (long.MaxValue, long.MaxValue);
        ProcessMemory.WithExactAllocations(() =>
        {
            for (var i = 0; i < repetitions; i++)
            {
                bytes = Math.Min(bytes, ProcessMemory.PeakOf(() =>
                {
                    var before = ProcessMemory.Resident;
                    kept = Math.Min(kept, action() - before);
                }));
            }
        });
        start = Stopwatch.GetTimestamp();
        var usual = ProcessMemory.PeakOf(() => action());
        seconds = Math.Min(seconds, Stopwatch.GetElapsedTime(start).TotalSeconds);
        return new Measured(bytes, usual, kept, seconds);
    }

    /// <summary>The part that is measured in inference mode during training: all but a head.</summary>
    private static nn.Module<Tensor, Tensor> EncoderOf(nn.Module<Tensor, Tensor> network) =>
        network.modules().Prepend(network).OfType<ResNet>().FirstOrDefault() ?? network;

    private static long BytesOf(Tensor tensor) => tensor.numel() * tensor.ElementSize;

    /// <param name="Bytes">Bytes that were added at the peak.</param>
    /// <param name="UsualBytes">The same with the usual allocations.</param>
    /// <param name="KeptBytes">Bytes that were added at the middle; meaningless for what has none.</param>
    /// <param name="Seconds">Seconds that it took.</param>
    private readonly record struct Measured(long Bytes, long UsualBytes, long KeptBytes, double Seconds);
}
