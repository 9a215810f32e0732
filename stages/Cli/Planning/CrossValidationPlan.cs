using System.Text.Json.Nodes;
using Distill.Datasets;
using Distill.Imaging.Splits;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using Distill.Supervised;

namespace Distill.Cli.Planning;

/// <summary>The stages of a cross-validation: one per fold and training length. They are skipped and resumed like those of a run.</summary>
/// <param name="options">The pipeline.</param>
/// <param name="dataset">The pipeline's dataset, not read yet.</param>
/// <param name="folds">Number of folds, at least 2.</param>
/// <param name="lengths">Training lengths in steps; empty for multiples of the pipeline's own length.</param>
internal sealed class CrossValidationPlan(PipelineOptions options, IDataset dataset, int folds, IReadOnlyList<int> lengths)
{
    private readonly Block<SupervisedOptions> _supervised = options.Supervised ?? throw new UserException(
        "cross-validate needs the block supervised, but this pipeline leaves it out; remove the null or \"enabled\": false");

    private IReadOnlyList<int> Lengths =>
        lengths.Count > 0 ? [.. lengths.Distinct().Order()] : DefaultLengths(_supervised.Options.Training.Steps);

    /// <summary>The folder models/NAME/cross-validation, which has a lock file of its own.</summary>
    public string Folder => Path.Combine("models", options.Name, "cross-validation");

    /// <summary>Returns the stages in order.</summary>
    public IReadOnlyList<StageDefinition> Build() =>
        [.. from steps in Lengths from number in Enumerable.Range(1, folds) select Stage(steps, new Fold(number, folds))];

    /// <summary>Reads the results: one row per training length. All stages must be done.</summary>
    public IReadOnlyList<CrossValidationRow> Results()
    {
        var done = RunManifest.Load(Path.Combine(Folder, PipelineRunner.LockFile), Console.Error.WriteLine).Stages;
        return [.. Lengths.Select(steps =>
        {
            var metrics = Enumerable.Range(1, folds).Select(number => done[NameOf(steps, new Fold(number, folds))].Metrics).ToList();
            return new CrossValidationRow(steps, Sum("heldOut"), Sum("correct"));

            int Sum(string name) => metrics.Sum(fold => fold[name]!.GetValue<int>());
        })];
    }

    private StageDefinition Stage(int steps, Fold fold)
    {
        var recipe = _supervised.Options with { Training = _supervised.Options.Training with { Steps = steps } };
        var key = StageKeys.WithLabels(_supervised.ToJson(), options.Labels);
        key["steps"] = steps;
        key["seed"] = options.Settings.Seed;
        key["fold"] = new JsonArray(fold.Number, fold.Count);
        return new StageDefinition(NameOf(steps, fold), SupervisedStage.VersionOf(recipe), key, [Plan.Train], context =>
            SupervisedStage.RunFold(context, recipe, options.Settings, dataset, options.Labels, fold))
        {
            KeepCheckpoints = 1,
        };
    }

    private static string NameOf(int steps, Fold fold) => FormattableString.Invariant($"{steps}-steps-fold-{fold.Number}-of-{fold.Count}");

    private static IReadOnlyList<int> DefaultLengths(int steps) =>
        [.. new[] { steps / 4, steps / 2, steps, steps * 2 }.Where(n => n > 0).Distinct()];
}
