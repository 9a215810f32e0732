using Distill.Cli.Drafting;
using Distill.Pipeline.Progress;

namespace Tests.Cli.Drafting;

/// <summary>The division of the time among the stages.</summary>
public sealed class BudgetTests
{
    private static readonly DataFacts Facts = new(6000, 117, 1000, [13, 13, 13], 64, Square: true, Gray: false);

    [Theory]
    [InlineData(10, null)]
    [InlineData(30, null)]
    [InlineData(240, null)]
    [InlineData(20, "encoder.onnx")]
    [InlineData(240, "encoder.onnx")]
    public void Stages_fit_into_the_time(double minutes, string? encoder)
    {
        var budget = new Budget(Options(minutes, encoder), Facts, Rates(encoder is null ? 2000 : 50));
        var steps = budget.Plan()!;
        Assert.InRange(budget.Times(steps).Sum(time => time.Seconds), 60, 0.85 * 60 * minutes);
        Assert.InRange(steps.Views, 1, 16);
    }

    [Fact]
    public void More_time_makes_longer_stages()
    {
        var (some, more) = (Plan(20), Plan(60));
        Assert.True(more.Pretrain > some.Pretrain);
        Assert.True(more.Student >= some.Student);
    }

    [Fact]
    public void No_stage_is_longer_than_is_useful()
    {
        var steps = Plan(100_000);
        Assert.InRange(steps.Pretrain * 128.0 / Facts.Images, 700, 800);
        Assert.InRange(steps.Student * 128.0 / (steps.Views * Facts.Images), 50, 60);
    }

    /// <summary>The expected times are those of the batches in the file.</summary>
    [Theory]
    [InlineData(19, 18)]
    [InlineData(100, 100)]
    [InlineData(6000, 128)]
    public void Expected_time_is_that_of_the_batches_in_the_file(int images, int batchSize)
    {
        var facts = Facts with { Images = images, Labeled = images };
        var budget = new Budget(Options(30, null), facts, Rates(2000));
        var steps = budget.Plan()!;
        Assert.Equal(batchSize, new Draft(Options(30, null), facts).Read(steps).Pretrain.Options.Training.BatchSize);
        Assert.Equal(steps.Pretrain * batchSize / 500.0, budget.Times(steps).Single(time => time.Stage == "pretrain").Seconds, 6);
    }

    [Fact]
    public void Encoder_sees_only_the_labels_that_are_used()
    {
        var facts = Facts with { Labeled = 6000, LabelCounts = [2000, 2000, 2000] };
        var few = new Budget(Options(60, "encoder.onnx"), facts, Rates(50));
        var all = new Budget(Options(60, "encoder.onnx") with { PerClass = null }, facts, Rates(50));
        Assert.Equal((39 + 1000) / 50.0, few.Times(few.Plan()!)[0].Seconds, 6);
        Assert.Equal((6000 + 1000) / 50.0, all.Times(all.Plan()!)[0].Seconds, 6);
    }

    [Fact]
    public void Too_little_time_gives_no_plan() => Assert.Null(new Budget(Options(2, "encoder.onnx"), Facts, Rates(50)).Plan());

    [Theory]
    [InlineData(null, 100)]
    [InlineData(null, 6000)]
    [InlineData("encoder.onnx", 100)]
    [InlineData("encoder.onnx", 6000)]
    public void Shortest_time_is_just_enough(string? encoder, int images)
    {
        var facts = Facts with { Images = images };
        var rates = Rates(encoder is null ? 2000 : 50);
        var fewest = new Budget(Options(1, encoder), facts, rates).FewestMinutes;
        Assert.Null(new Budget(Options(0.98 * fewest, encoder), facts, rates).Plan());
        Assert.NotNull(new Budget(Options(1.05 * fewest, encoder), facts, rates).Plan());
    }

    private static DraftSteps Plan(double minutes) => new Budget(Options(minutes, null), Facts, Rates(2000)).Plan()!;

    private static DraftOptions Options(double minutes, string? encoder) => new("data/photos", "photos", minutes, encoder, 13, "cpu");

    private static StepRates Rates(double label)
    {
        var rates = new StepRates(_ => { });
        foreach (var (stage, rate) in new[]
        {
            ("pretrain", 500.0), ("finetune", 800), ("supervised", 1500), ("label", label), ("distill", 1500), ("label-2", 2000),
            ("self-distill", 1500),
        })
        {
            rates.Begin(stage, 1, 1, null).Report(new StageProgress(1, 2) { Metrics = [new ProgressMetric("images/s", rate, "0")] });
        }

        return rates;
    }
}
