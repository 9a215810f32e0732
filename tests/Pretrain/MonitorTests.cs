using System.Text.Json.Nodes;
using Distill.Pretrain;
using Tests.Learning;
using Tests.Pipeline;

namespace Tests.Pretrain;

/// <summary>The measurements during pretraining, and the notes about them.</summary>
[Collection(TorchTests.Name)]
[Trait("Category", "Slow")]
public sealed class MonitorTests
{
    private static readonly string[] Monitored = ["spread", "effectiveRank", "alignment", "uniformity", "knn"];

    [Theory]
    [InlineData(10_000, 10, 200)]
    [InlineData(10_000, 1000, 10)]
    [InlineData(67, 10, 6)]
    [InlineData(5, 10, 1)]
    public void Neighbors_are_no_more_than_the_voters_of_a_class(int voters, int classes, int neighbors) =>
        Assert.Equal(neighbors, KnnMonitor.NeighborsOf(voters, classes));

    [Fact]
    public void Embedding_metrics_gradient_norm_and_chance_loss_are_logged()
    {
        using var folder = new TempFolder();
        var result = TinyPretraining.Run(folder, TinyPretraining.Options(keys: 0), new CancellationTokenSource(), cancelAt: null);

        var lines = Lines(folder);
        Assert.All(lines, line =>
        {
            Assert.True(line["gradientNorm"]!.GetValue<double>() > 0);
            Assert.Equal(Math.Log(15), line["chanceLoss"]!.GetValue<double>(), 1e-6);
        });
        Assert.All(Monitored, name => Assert.True(double.IsFinite(lines[^1][name]!.GetValue<double>()), name));
        Assert.InRange(lines[^1]["spread"]!.GetValue<double>(), 0.02, 1.5);
        Assert.InRange(lines[^1]["alignment"]!.GetValue<double>(), 0, 4);
        Assert.All(Monitored, name => Assert.Equal(
            lines[^1][name]!.GetValue<double>(), result.Metrics[name]!.GetValue<double>(), tolerance: 0.00051));
    }

    [Fact]
    public void Run_that_resumes_after_its_last_step_has_the_same_metrics()
    {
        using var folder = new TempFolder();
        var first = TinyPretraining.Run(folder, TinyPretraining.Options(keys: 0), new CancellationTokenSource(), cancelAt: null);
        var second = TinyPretraining.Run(folder, TinyPretraining.Options(keys: 0), new CancellationTokenSource(), cancelAt: null);

        Assert.All(Monitored, name => Assert.Equal(first.Metrics[name]!.GetValue<double>(), second.Metrics[name]!.GetValue<double>()));
    }

    [Fact]
    public void Chance_loss_counts_the_past_keys_in_the_queue()
    {
        using var folder = new TempFolder();
        TinyPretraining.Run(folder, TinyPretraining.Options(keys: 40), new CancellationTokenSource(), cancelAt: null);
        var chance = Lines(folder).ConvertAll(line => line["chanceLoss"]!.GetValue<double>());
        Assert.Equal(Math.Log(15), chance[0], 1e-6);
        Assert.Equal(Math.Log(15 + 16), chance[1], 1e-6);
        Assert.Equal(Math.Log(15 + 40), chance[^1], 1e-6);
    }

    [Fact]
    public void Network_that_learns_nothing_is_reported_once()
    {
        using var folder = new TempFolder();
        var notes = new List<string>();
        TinyPretraining.Run(
            folder,
            TinyPretraining.Options(keys: 0, learningRate: 0, steps: 160),
            new CancellationTokenSource(),
            cancelAt: null,
            notes: notes);

        Assert.Single(
            notes,
            note => note.Contains("no better than guessing", StringComparison.Ordinal)
                || note.Contains("collapsed", StringComparison.Ordinal));
    }

    [Fact]
    public void Short_run_gives_no_evidence_and_no_note()
    {
        using var folder = new TempFolder();
        var notes = new List<string>();
        TinyPretraining.Run(folder, TinyPretraining.Options(keys: 0), new CancellationTokenSource(), cancelAt: null, notes: notes);

        Assert.Empty(notes);
    }

    private static List<JsonObject> Lines(TempFolder folder) =>
        [.. File.ReadAllLines(folder["metrics.jsonl"]).Select(line => JsonNode.Parse(line)!.AsObject())];
}
