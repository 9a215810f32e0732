using Distill.Learning.Ranks;
using Distill.Learning.Ranks.Nccl;
using Distill.Learning.Training;
using Distill.Pipeline.Options;
using TorchSharp;
using static TorchSharp.torch;

namespace Benchmarks.Device;

/// <summary>Sums with NCCL as its only rank, so that one GPU shows whether the library and its functions are there.</summary>
internal static class NcclSum
{
    private const int Sums = 10;

    // The gradients of a ResNet-50.
    private const long Length = 25_500_000;

    /// <summary>Returns a line about the sums.</summary>
    /// <exception cref="UserException">The device is not a GPU, or there is no NCCL.</exception>
    /// <exception cref="InvalidOperationException">The sum of one rank is not its values.</exception>
    public static string Prove(Compute compute)
    {
        if (compute.Device.type != DeviceType.CUDA)
        {
            throw new UserException($"found --only nccl on {compute.Device.type}, expected a GPU");
        }

        using var values = rand(Length, device: compute.Device);
        using var expected = values.clone();
        var ranks = NcclRanks.Over(Alone.Instance, Math.Max(0, compute.Device.index));
        ranks.Meet();
        var turn = DeviceClock.Turn(warmUp: 1, Sums, compute, count =>
        {
            for (var i = 0; i < count; i++)
            {
                ranks.Sum(values);
            }

            return count;
        });
        return values.equal(expected).all().item<bool>()
            ? FormattableString.Invariant($"NCCL left the values of one rank as they were, {1000 * turn.Seconds / Sums:0.00} ms per 102 MB")
            : throw new InvalidOperationException("NCCL's sum of one rank is not its values");
    }
}
