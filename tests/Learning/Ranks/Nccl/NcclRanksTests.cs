using Distill.Learning.Native;
using Distill.Learning.Ranks;
using Distill.Learning.Ranks.Nccl;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Learning.Ranks.Nccl;

/// <summary>Sums through NCCL's C functions, which a fake has here: no machine of these tests has two GPUs.</summary>
[Collection(TorchTests.Name)]
public sealed class NcclRanksTests
{
    private const nint Stream = 77;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Ranks_meet_once_under_one_name_and_sum_in_place(int count)
    {
        var nccl = FakeNccl.Open(count);
        Run(count, nccl, DeviceType.CPU, ranks =>
        {
            using var scope = NewDisposeScope();
            ranks.Meet();
            ranks.Meet();
            var values = arange(5, dtype: ScalarType.Float32).add(ranks.Rank);
            ranks.Sum(values);
            ranks.Sum(values.narrow(0, 3, 2));
            var sum = arange(5, dtype: ScalarType.Float32).mul(count).add(count * (count - 1) / 2);
            sum.narrow(0, 3, 2).mul_(count);
            Assert.Equal(sum.data<float>().ToArray(), values.data<float>().ToArray());
        });

        var name = Enumerable.Range(0, 128).Select(i => (byte)(255 - i));
        Assert.All(FakeNccl.Joined, member => Assert.Equal(name, member.Id));
        Assert.All(FakeNccl.Joined, member => Assert.Equal(count, member.Count));
        Assert.Equal(Enumerable.Range(0, count), FakeNccl.Joined.Select(member => member.Rank));
        Assert.Equal(Enumerable.Repeat(Stream, 2 * count), FakeNccl.Streams);
    }

    [Fact]
    public void Values_on_another_device_and_all_other_calls_go_through_the_other_ranks()
    {
        var nccl = FakeNccl.Open(2);
        Run(2, nccl, DeviceType.CUDA, ranks =>
        {
            using var scope = NewDisposeScope();
            var values = full(3, 1.5f + ranks.Rank);
            ranks.Sum(values);
            Assert.Equal(4f, values[2].item<float>());
            ranks.Broadcast(values.add_(ranks.Rank));
            Assert.Equal(4f, values[2].item<float>());
            Assert.Equal([0, 1], ranks.Exchange(ranks.Rank));
            Assert.Equal([4, 2], ranks.Gather(ones(2, 2)).shape);
            ranks.IsTraining = true;
            Assert.True(ranks.IsTraining);
        });
        Assert.Empty(FakeNccl.Joined);
    }

    [Fact]
    public void Refusal_has_the_message_of_the_library()
    {
        var nccl = FakeNccl.Open(1);
        FakeNccl.Refuses = true;
        var error = Assert.Throws<IOException>(() => Run(1, nccl, DeviceType.CPU, ranks => ranks.Meet()));
        Assert.Equal("NCCL: invalid argument; NCCL_DEBUG=WARN shows the cause", error.Message);
    }

    [Fact]
    public void Values_that_are_not_one_block_of_fp32_are_refused()
    {
        var nccl = FakeNccl.Open(1);
        Run(1, nccl, DeviceType.CPU, ranks =>
        {
            ranks.Meet();
            Assert.Throws<ArgumentException>(() => ranks.Sum(ones(3, 2).t()));
            Assert.Throws<ArgumentException>(() => ranks.Sum(ones(3, ScalarType.Float64)));
        });
    }

    [Fact]
    public void Address_of_a_part_is_that_of_its_first_value()
    {
        using var values = arange(4, dtype: ScalarType.Float32);
        using var part = values.narrow(0, 2, 2);
        Assert.Equal(TensorMemory.Address(values) + (2 * sizeof(float)), TensorMemory.Address(part));
        unsafe
        {
            Assert.Equal(2f, *(float*)TensorMemory.Address(part));
        }
    }

    private static void Run(int count, NcclLibrary nccl, DeviceType device, Action<IRanks> work) =>
        ThreadRanks.Run(count, ranks => work(new NcclRanks(ranks, device, nccl, use => use(Stream))));
}
