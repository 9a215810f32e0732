using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Training;
using Distill.Learning.Training.Passes;
using static TorchSharp.torch;

namespace Tests.Learning.Training.Passes;

/// <summary>Batches are counted as in PyTorch, by the batch norms themselves or by the passes.</summary>
[Collection(TorchTests.Name)]
public sealed class BatchCountTests
{
    [Theory]
    [InlineData(1, GradientCache.Off)]
    [InlineData(4, GradientCache.Off)]
    [InlineData(4, GradientCache.On)]
    public void Step_counts_as_one_batch_in_every_batch_norm(int groups, GradientCache cache)
    {
        using var scope = NewDisposeScope();
        using var task = Task();
        using var parameters = new FlatParameters(task.Network);
        using var passes = NetworkPasses.Create(task, parameters, groups, Settings(cache), note => Assert.Fail(note));
        task.Network.train();
        for (var step = 0; step < 3; step++)
        {
            passes.Differentiate(step, task.Inputs(step));
        }

        Assert.Equal([3, 3], Counts(task));
    }

    [Theory]
    [InlineData(1, GradientCache.Off)]
    [InlineData(4, GradientCache.Off)]
    [InlineData(4, GradientCache.On)]
    public void Undone_step_does_not_count(int groups, GradientCache cache)
    {
        using var scope = NewDisposeScope();
        using var task = Task();
        using var parameters = new FlatParameters(task.Network);
        using var passes = NetworkPasses.Create(task, parameters, groups, Settings(cache), note => Assert.Fail(note));
        task.Network.train();
        passes.Differentiate(0, task.Inputs(0));
        passes.Undo();
        Assert.Equal([0, 0], Counts(task));
    }

    [Fact]
    public void Inference_mode_does_not_count()
    {
        using var scope = NewDisposeScope();
        using var task = Task();
        using var parameters = new FlatParameters(task.Network);
        using var passes = NetworkPasses.Create(task, parameters, 1, Settings(GradientCache.Off), note => Assert.Fail(note));
        task.Network.eval();
        passes.Differentiate(0, task.Inputs(0));
        Assert.Equal([0, 0], Counts(task));
    }

    [Fact]
    public void Network_counts_by_itself_after_training()
    {
        using var scope = NewDisposeScope();
        using var task = Task();
        task.Network.train();
        task.Network.forward(task.Inputs(0).All());
        Assert.Equal([1, 1], Counts(task));
        using var parameters = new FlatParameters(task.Network);
        using (NetworkPasses.Create(task, parameters, 1, Settings(GradientCache.Off), note => Assert.Fail(note)))
        {
            task.Network.forward(task.Inputs(0).All());
            Assert.Equal([1, 1], Counts(task));
        }

        task.Network.forward(task.Inputs(0).All());
        Assert.Equal([2, 2], Counts(task));
    }

    private static long[] Counts(TinyTask task) =>
        [.. task.Network.modules().OfType<BatchNormalization>().Select(norm => norm.num_batches_tracked!.item<long>())];

    private static RunSettings Settings(GradientCache cache) => new(new Compute(CPU, false), 0, TimeSpan.FromDays(1), GradientCache: cache);

    /// <summary>The tiny task with two of the project's own batch norms.</summary>
    private static TinyTask Task() => new()
    {
        Wrap = _ => nn.Sequential(
            ("first", new BatchNormalization(4)),
            ("middle", nn.Linear(4, 3)),
            ("second", new BatchNormalization(3)),
            ("last", nn.Linear(3, 1))),
    };
}
