using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Optimizers;
using Distill.Learning.Training;
using Distill.Learning.Training.Passes;
using Tests.Golden;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Learning.Training.Passes;

[Collection(TorchTests.Name)]
public sealed class NetworkPassesTests
{
    private static readonly Compute Cpu = new(CPU, false);
    private static readonly TimeSpan Never = TimeSpan.FromDays(1);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Groups_give_the_gradient_and_statistics_of_a_single_graph(int groups)
    {
        using var scope = NewDisposeScope();
        using var task = new TinyTask();
        using var parameters = new FlatParameters(task.Network);
        using var passes = NetworkPasses.Create(task, parameters, groups, Settings(GradientCache.Off), note => Assert.Fail(note));
        passes.Differentiate(0, task.Inputs(0));

        // The slow reference: one graph, in which each part is normalized separately from the same running statistics, and these are
        // averaged.
        using var plain = new TinyTask();
        var norm = plain.Network.modules().OfType<BatchNormalization>().Single();
        var (mean, variance) = (norm.running_mean!.clone(), norm.running_var!.clone());
        var (means, variances) = (new List<Tensor>(), new List<Tensor>());
        var parts = task.Inputs(0).All().chunk(groups).Select(part =>
        {
            // New tensors, because the graph holds those of the previous part.
            norm.running_mean = mean.clone();
            norm.running_var = variance.clone();
            var output = plain.Network.call(part);
            means.Add(norm.running_mean.clone());
            variances.Add(norm.running_var.clone());
            return output;
        }).ToArray();
        plain.Loss(0, cat(parts)).backward();

        var expected = plain.Network.named_parameters().ToDictionary(p => p.name, p => p.parameter.grad!);
        // Absolute tolerance, because the gradient of the bias before the batch norm is 0 except for rounding.
        Assert.All(task.Network.named_parameters(), p => Close.To(expected[p.name], p.parameter.grad!, 1e-6, p.name));
        var trained = task.Network.modules().OfType<BatchNormalization>().Single();
        Close.Relatively(stack(means).mean([0]), trained.running_mean!, 1e-6);
        Close.Relatively(stack(variances).mean([0]), trained.running_var!, 1e-6);
        Assert.Equal(8, trained.num_batches_tracked!.item<long>());
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(3, 0)]
    [InlineData(4, 1e-6)]
    public void All_kinds_of_passes_give_the_same_gradient(int groups, double tolerance)
    {
        using var scope = NewDisposeScope();
        var threads = get_num_threads();
        set_num_threads(1);
        Func<TinyTask, FlatParameters, NetworkPasses>[] kinds =
        [
            (task, parameters) => new ReplicaPasses(task, parameters, groups, Cpu),
            (task, parameters) => new SequentialPasses(task, parameters, groups, Cpu),
            (task, parameters) => new CachedPasses(task, parameters, groups, Cpu),
            (task, parameters) => new AccumulatedPasses(task, parameters, groups, Cpu),
        ];
        var results = kinds.Select(create =>
        {
            using var task = new TinyTask();
            using var parameters = new FlatParameters(task.Network);
            using var passes = create(task, parameters);
            var loss = passes.Differentiate(0, task.Inputs(0)).ReadDouble();
            var norm = task.Network.modules().OfType<BatchNormalization>().Single();
            return (
                Loss: loss,
                Gradients: parameters.Gradients.ReadAll<float>(),
                Means: norm.running_mean!.ReadAll<float>(),
                Variances: norm.running_var!.ReadAll<float>(),
                Count: norm.num_batches_tracked!.ReadInt64());
        }).ToArray();
        set_num_threads(threads);

        Assert.All(results[1..], result =>
        {
            // The parts of an accumulated loss are added in another order, but the gradient of a row is the same.
            Assert.Equal(results[0].Loss, result.Loss, 1e-6);
            Assert.All(
                results[0].Gradients.Concat(results[0].Means).Concat(results[0].Variances)
                    .Zip(result.Gradients.Concat(result.Means).Concat(result.Variances)),
                pair => Assert.True(Math.Abs(pair.First - pair.Second) <= tolerance, $"{pair.First} is not {pair.Second}"));
            Assert.Equal(results[0].Count, result.Count);
        });
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Gradient_caching_gives_the_bits_of_parallel_groups(int groups)
    {
        using var scope = NewDisposeScope();
        using var first = new TempFolder();
        using var second = new TempFolder();
        using var grouped = new TinyTask();
        grouped.Run(first, TinyTask.Options(20, groups: groups), Never, cache: GradientCache.Off);

        using var cached = new TinyTask();
        var threads = get_num_threads();
        // The number that each parallel group has. With another number of threads, some sums are rounded differently.
        set_num_threads(Math.Max(1, threads / Math.Min(groups, Environment.ProcessorCount)));
        cached.Run(second, TinyTask.Options(20, groups: groups), Never, cache: GradientCache.On);
        set_num_threads(threads);

        var expected = grouped.Network.state_dict();
        Assert.All(cached.Network.state_dict(), entry => Close.Exactly(expected[entry.Key], entry.Value));
    }

    [Fact]
    public void Sequential_groups_leave_no_tensor_and_the_statistics_of_the_network()
    {
        using var scope = NewDisposeScope();
        using var task = new TinyTask();
        using var parameters = new FlatParameters(task.Network);
        using var passes = new SequentialPasses(task, parameters, 4, Cpu);
        var counts = Enumerable.Range(0, 40).Select(step =>
        {
            using (NewDisposeScope())
            {
                passes.Differentiate(step, task.Inputs(step));
            }

            return Tensor.TotalCount;
        }).ToArray();
        Assert.All(counts[10..], count => Assert.True(count <= counts[5], $"{counts[5]} tensors after step 6, {count} later"));
        Assert.Null(((ITrackingNorm)task.Network.modules().OfType<BatchNormalization>().Single()).Tracked);
    }

    [Fact]
    public void Residual_network_is_independent_of_batch_slicing()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        using var network = new ResNet(new NetworkOptions(Architecture.ResNet18, 0.125, Stem.Small), 1, classes: 5, generator);
        network.eval();
        var batch = Pattern.Uniform("batch", 6, 1, 8, 8).clone();
        Close.Relatively(network.forward(batch.narrow(0, 4, 2).clone()), network.forward(batch.narrow(0, 4, 2)), 1e-6);
    }

    [Fact]
    public void Exception_of_a_group_is_thrown_and_the_pool_stays_usable()
    {
        using var pool = new WorkerPool(2);
        var thrown = Assert.Throws<InvalidOperationException>(() => pool.Run(3, part =>
        {
            if (part == 1)
            {
                throw new InvalidOperationException("part 1");
            }
        }));
        Assert.Equal("part 1", thrown.Message);

        var done = new int[5];
        pool.Run(5, part => done[part]++);
        Assert.Equal([1, 1, 1, 1, 1], done);
    }

    private static RunSettings Settings(GradientCache cache) => new(new Compute(CPU, false), 0, Never, GradientCache: cache);
}
