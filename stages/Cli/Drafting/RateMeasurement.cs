using Distill.Artifacts;
using Distill.Cli.Planning;
using Distill.Datasets;
using Distill.Imaging.Splits;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;

namespace Distill.Cli.Drafting;

/// <summary>Measures the speed of a drafted pipeline by a few real steps on some of its images.</summary>
internal static class RateMeasurement
{
    private const int Images = 300;

    /// <summary>Enough steps for a rate after the first ones, which are slower.</summary>
    private static readonly DraftSteps Few = new(Pretrain: 24, FineTune: 12, Student: 30, Supervised: 24, Views: 1);

    /// <summary>Runs the stages that train and label, in a temporary folder.</summary>
    /// <exception cref="UserException">The pipeline cannot run on these images.</exception>
    public static StepRates Run(Draft draft, DataFacts facts, IDataset dataset, Action<string> write, CancellationToken cancellation)
    {
        var root = Directory.CreateTempSubdirectory("distill-init-").FullName;
        try
        {
            var options = draft.Read(Few);
            var labels = new LabelSplitOptions(null, Math.Min(2, facts.LabelCounts.Min()), null, 0);
            var plan = Plan.Create(options with { Labels = labels }, new SampledDataset(dataset, Images), root);
            var rates = new StepRates(write);
            new PipelineRunner(
                plan.ModelsFolder,
                [.. plan.Stages.TakeWhile(stage => stage.Name != StageNames.Evaluate)],
                plan.Externals,
                rates,
                TimeProvider.System).Run(cancellation);
            cancellation.ThrowIfCancellationRequested();
            return rates;
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
