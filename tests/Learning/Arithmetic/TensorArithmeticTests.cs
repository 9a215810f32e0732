using System.Diagnostics;
using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using static TorchSharp.torch;

namespace Tests.Learning.Arithmetic;

[Collection(TorchTests.Name)]
public class TensorArithmeticTests
{
    /// <summary>TorchSharp's own <c>add(Tensor)</c> fails in this loop within a second.</summary>
    [Fact]
    [Trait("Category", "Slow")]
    public void Scalars_survive_garbage_collections_in_other_threads()
    {
        var done = false;
        var collector = new Thread(() =>
        {
            while (!Volatile.Read(ref done))
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try
        {
            using var one = ones(1);
            var clock = Stopwatch.StartNew();
            while (clock.Elapsed.TotalSeconds < 2)
            {
                using var scope = NewDisposeScope();
                Assert.Equal(2, one.Plus(one).ReadDouble());
            }
        }
        finally
        {
            Volatile.Write(ref done, true);
            collector.Join();
        }
    }

    [Fact]
    public void Integers_keep_integer_tensors()
    {
        using var scope = NewDisposeScope();
        var x = NewTensors.Range(2, 6, CPU);
        Assert.Equal([2L, 3, 4, 5], x.data<long>().ToArray());
        Assert.Equal([1L, 2, 0, 1], x.Plus(2).Modulo_(3).data<long>().ToArray());
        Assert.Equal(ScalarType.Int64, x.Times(3).Minus(1).dtype);
        Assert.Equal(ScalarType.Float32, x.Times(0.5).dtype);
    }

    [Fact]
    public void Methods_with_an_underscore_change_their_tensor()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new float[] { 1, 2, 3 });
        Assert.Same(x, x.Times_(2).Plus_(1).Plus_(ones(3), alpha: -2).PlusProduct_(ones(3), ones(3)).Between_(3, 5));
        Assert.Equal([3f, 4, 5], [.. x.data<float>().ToArray()]);
        Assert.Equal([9f, 16, 25], [.. x.Squared().data<float>().ToArray()]);
        Assert.Equal([3f, 4, 5], [.. x.data<float>().ToArray()]);
    }

    [Fact]
    public void Batch_norm_equals_TorchSharps()
    {
        using var scope = NewDisposeScope();
        using var own = new BatchNormalization(3);
        using var reference = nn.BatchNorm2d(3);
        for (var batch = 0; batch < 2; batch++)
        {
            var x_NDHW = rand(4, 3, 5, 5);
            Assert.True(Same(own.forward(x_NDHW), reference.forward(x_NDHW)));
        }

        own.eval();
        reference.eval();
        var seen_NDHW = rand(4, 3, 5, 5);
        Assert.True(Same(own.forward(seen_NDHW), reference.forward(seen_NDHW)));
        Assert.Equal(reference.state_dict().Keys, own.state_dict().Keys);
        Assert.All(reference.state_dict(), entry => Assert.True(Same(entry.Value, own.state_dict()[entry.Key]), entry.Key));
        Assert.Equal(2, own.num_batches_tracked!.ReadInt64());
    }

    private static bool Same(Tensor x, Tensor y) => x.dtype == y.dtype && x.eq(y).all().ReadBoolean();

    [Fact]
    public void Elements_are_read_in_row_major_order_for_any_strides()
    {
        using var scope = NewDisposeScope();
        var x_23 = tensor(new[] { 1f, 2, 3, 4, 5, 6 }, [2, 3]);
        Assert.Equal([1f, 2, 3, 4, 5, 6], x_23.ReadAll<float>());
        Assert.Equal([1f, 4, 2, 5, 3, 6], x_23.t().ReadAll<float>());
        Assert.Equal([2f, 5], x_23.select(1, 1).ReadAll<float>());
        Assert.Equal([5L, 6], x_23.narrow(0, 1, 1).narrow(1, 1, 2).to_type(ScalarType.Int64).ReadAll<long>());
        Assert.Empty(zeros(0, ScalarType.Float64).ReadAll<double>());
    }

    [Fact]
    public void Reading_as_another_type_is_refused()
    {
        using var x = ones(2);
        var error = Assert.Throws<ArgumentException>(() => x.ReadAll<int>());
        Assert.Contains("found a tensor of Float32, expected Int32", error.Message);
    }

    [Fact]
    public void Transfer_to_the_CPU_copies_nothing()
    {
        using var x = ones(2);
        Assert.Same(x, x.OnDevice(CPU));
    }
}
