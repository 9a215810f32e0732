using System.Text.Json.Nodes;
using Distill.Learning.Native;
using Distill.Learning.Optimizers;
using Distill.Learning.Safetensors;
using Distill.Learning.Training;
using Tests.Golden;
using Tests.Pipeline;
using TorchSharp;
using static TorchSharp.torch;

namespace Tests.Learning.Training;

[Collection(TorchTests.Name)]
public sealed class TrainingLoopTests : IDisposable
{
    private static readonly TimeSpan Never = TimeSpan.FromDays(1);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(OptimizerKind.AdamW, 1)]
    [InlineData(OptimizerKind.AdamW, 4)]
    [InlineData(OptimizerKind.Sgd, 1)]
    [InlineData(OptimizerKind.Lars, 1)]
    public void Interrupted_and_resumed_run_equals_an_uninterrupted_run(OptimizerKind kind, int groups)
    {
        using var scope = NewDisposeScope();
        var options = TinyTask.Options(20, kind, groups);
        using var other = new TempFolder();
        using var uncut = new TinyTask();
        uncut.Run(other, options, Never);

        using var cut = new CancellationTokenSource();
        using var first = new TinyTask { Before = step => CancelAt(cut, step, 7) };
        Assert.Throws<OperationCanceledException>(() => first.Run(_folder, options, Never, cancellation: cut.Token));
        Assert.Equal(8, TinyTask.Checkpoints(_folder).LoadNewest()!.Step);

        var steps = new List<long>();
        using var second = new TinyTask { Before = steps.Add };
        var outcome = second.Run(_folder, options, Never);
        Assert.Equal(20, outcome.Steps);
        Assert.Equal(Enumerable.Range(8, 12).Select(step => (long)step), steps);
        var expected = uncut.Network.state_dict();
        Assert.All(second.Network.state_dict(), entry => Close.Exactly(expected[entry.Key], entry.Value));
    }

    [Fact]
    public void Progress_moves_with_every_step_and_the_loss_is_logged_in_some_of_them()
    {
        using var scope = NewDisposeScope();
        using var task = new TinyTask();
        task.Run(_folder, TinyTask.Options(450), Never);

        Assert.Equal(
            Enumerable.Range(1, 450).Select(step => $"step {step}"),
            task.View.Lines.Where(line => line.StartsWith("step ", StringComparison.Ordinal)));
        Assert.Equal(225, File.ReadAllLines(_folder["metrics.jsonl"]).Length);
    }

    [Fact]
    public void Training_takes_at_least_20_times_as_long_as_saving()
    {
        using var scope = NewDisposeScope();
        var clock = new ManualClock();
        var saved = new List<long>();
        using var task = new TinyTask
        {
            Clock = clock,
            Before = _ => clock.Pass(1),
            Saved = step =>
            {
                saved.Add(step);
                clock.Pass(0.5);
            },
        };

        task.Run(_folder, TinyTask.Options(25), TimeSpan.FromSeconds(2));

        Assert.Equal([2, 12, 22, 25], saved);
    }

    [Theory]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Lars)]
    public void Checkpoint_holds_optimizer_buffers_without_padding(OptimizerKind kind)
    {
        using var scope = NewDisposeScope();
        using var task = new TinyTask();
        task.Run(_folder, TinyTask.Options(3, kind), Never);
        var parameters = task.Network.parameters().Sum(parameter => parameter.numel());
        var shapes = SafetensorsFile.ReadShapes(Path.Combine(TinyTask.Checkpoints(_folder).LoadNewest()!.Folder, "optimizer.safetensors"));
        Assert.NotEmpty(shapes);
        Assert.All(shapes.Values, shape => Assert.Equal([parameters], shape));
    }

    [Fact]
    public void Snapshots_of_an_interrupted_run_hold_the_weights_of_their_steps()
    {
        using var scope = NewDisposeScope();
        using var cut = new CancellationTokenSource();
        using var first = new TinyTask { Before = step => CancelAt(cut, step, 7) };
        Assert.Throws<OperationCanceledException>(
            () => first.Run(_folder, TinyTask.Options(20), Never, snapshotEvery: 4, cancellation: cut.Token));
        var eighth = first.Network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        using var second = new TinyTask();
        second.Run(_folder, TinyTask.Options(20), Never, snapshotEvery: 4);

        Assert.Equal(
            new[] { 4, 8, 12, 16, 20 }.Select(step => $"step-{step:D8}.safetensors"),
            Directory.GetFiles(_folder["checkpoints/snapshots"]).Select(Path.GetFileName).Order());
        using var read = new TinyTask();
        Weights.Load(read.Network, _folder["checkpoints/snapshots/step-00000008.safetensors"]);
        Assert.All(read.Network.state_dict(), entry => Close.Exactly(eighth[entry.Key], entry.Value));
        Weights.Load(read.Network, _folder["checkpoints/snapshots/step-00000020.safetensors"]);
        var last = second.Network.state_dict();
        Assert.All(read.Network.state_dict(), entry => Close.Exactly(last[entry.Key], entry.Value));
    }

    [Fact]
    public void Loss_falls()
    {
        using var scope = NewDisposeScope();
        using var task = new TinyTask();
        var untrained = task.Loss(199, task.Network.call(task.Inputs(199).All())).ToDouble();
        var outcome = task.Run(_folder, TinyTask.Options(200), Never);
        Assert.InRange(outcome.Loss, 0, untrained / 4);
    }

    [Fact]
    public void Finished_run_takes_no_further_step()
    {
        using var scope = NewDisposeScope();
        using var task = new TinyTask();
        task.Run(_folder, TinyTask.Options(5), Never);
        using var again = new TinyTask { Before = step => Assert.Fail($"step {step}") };
        again.Run(_folder, TinyTask.Options(5), Never);
        var expected = task.Network.state_dict();
        Assert.All(again.Network.state_dict(), entry => Close.Exactly(expected[entry.Key], entry.Value));
    }

    [Fact]
    public void Interrupted_run_logs_every_step_once_with_its_learning_rate()
    {
        using var scope = NewDisposeScope();
        using var cut = new CancellationTokenSource();
        using var first = new TinyTask { Before = step => CancelAt(cut, step, 7) };
        Assert.Throws<OperationCanceledException>(() => first.Run(_folder, TinyTask.Options(20), Never, cancellation: cut.Token));
        using var second = new TinyTask();
        second.Run(_folder, TinyTask.Options(20), Never);

        var lines = File.ReadLines(_folder["metrics.jsonl"]).Select(line => JsonNode.Parse(line)!).ToArray();
        Assert.Equal(Enumerable.Range(1, 20), lines.Select(line => line["step"]!.GetValue<int>()));
        // Peak 0.05, four steps of warm-up, a half cosine over the other sixteen.
        var rates = Enumerable.Range(0, 20).Select(i => i < 4 ? 0.05 * (i + 1) / 4 : 0.025 * (1 + Math.Cos(Math.PI * (i - 4) / 16)));
        Assert.All(rates.Zip(lines), pair => Assert.Equal(pair.First, pair.Second["learningRate"]!.GetValue<double>(), 1e-12));
    }

    [Theory]
    [InlineData(1, GradientCache.Off, false)]
    [InlineData(2, GradientCache.Off, false)]
    [InlineData(2, GradientCache.On, false)]
    [InlineData(2, GradientCache.On, true)]
    public void No_tensor_outlives_its_step(int groups, GradientCache cache, bool sumsRows)
    {
        using var scope = NewDisposeScope();
        var counts = new List<long>();
        using var task = new TinyTask { Before = _ => counts.Add(Tensor.TotalCount), SumsRows = sumsRows };
        GC.Collect();
        GC.WaitForPendingFinalizers();
        task.Run(_folder, TinyTask.Options(300, groups: groups), Never, cache: cache);
        Assert.All(counts[100..], count => Assert.True(count <= counts[50], $"{counts[50]} tensors at step 50, {count} later"));
    }

    private static void CancelAt(CancellationTokenSource source, long step, long at)
    {
        if (step == at)
        {
            source.Cancel();
        }
    }

    [Fact]
    public void Cudnn_benchmarks_algorithms_in_steps_but_not_in_measurements()
    {
        using var folder = new TempFolder();
        var before = Cudnn.Benchmark;
        var (steps, measurements) = (new List<bool>(), new List<bool>());
        using var task = new TinyTask { Before = _ => steps.Add(Cudnn.Benchmark), Measured = () => measurements.Add(Cudnn.Benchmark) };
        task.Run(folder, TinyTask.Options(steps: 3), TimeSpan.MaxValue);
        Assert.Equal([true, true, true], steps);
        Assert.Equal([false, false, false], measurements);
        Assert.Equal(before, Cudnn.Benchmark);
    }
}
