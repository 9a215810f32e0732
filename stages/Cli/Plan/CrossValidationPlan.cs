using System.Text.Json.Nodes;
using Distill.Datasets;
using Distill.Imaging.Splits;
using Distill.Pipeline.Execution;
using Distill.Supervised;

namespace Distill.Cli.Plan;

/// <summary>A cross-validation as a plan like any other, a stage a fold and length: so it is skipped, cut and resumed alike.</summary>
internal sealed class CrossValidationPlan(PipelineOptions options, IDataset dataset, int folds, IReadOnlyList<int> lengths)
{
    private readonly IReadOnlyList<int> _lengths = lengths.Count > 0 ? [.. lengths.Distinct().Order()] : Around(options.Supervised.Training.Steps);

    /// <summary>models/NAME/cross-validation, with a lock of its own.</summary>
    public string Folder => Path.Combine("models", options.Name, "cross-validation");

    public IReadOnlyList<StageDefinition> Build() =>
        [.. from steps in _lengths from number in Enumerable.Range(1, folds) select Stage(steps, new Fold(number, folds))];

    /// <summary>A row a length, once all its folds are done.</summary>
    public IReadOnlyList<CrossValidationRow> Results()
    {
        var done = RunManifest.Load(Path.Combine(Folder, PipelineRunner.LockFile), Console.Error.WriteLine).Stages;
        return [.. _lengths.Select(steps =>
        {
            var metrics = Enumerable.Range(1, folds).Select(number => done[NameOf(steps, new Fold(number, folds))].Metrics).ToList();
            return new CrossValidationRow(steps, Sum("heldOut"), Sum("correct"));

            int Sum(string name) => metrics.Sum(of => of[name]!.GetValue<int>());
        })];
    }

    private StageDefinition Stage(int steps, Fold fold)
    {
        var recipe = options.Supervised with { Training = options.Supervised.Training with { Steps = steps } };
        var key = StageKeys.WithLabels(options.SupervisedKey.Json, options.Labels);
        key["steps"] = steps;
        key["seed"] = options.Settings.Seed;
        key["fold"] = new JsonArray(fold.Number, fold.Count);
        return new StageDefinition(NameOf(steps, fold), SupervisedStage.Version, key, [PlanBuilder.Train], context =>
            SupervisedStage.RunFold(context, recipe, options.Settings, dataset, options.Labels, fold))
        {
            KeepCheckpoints = 1,
        };
    }

    private static string NameOf(int steps, Fold fold) => FormattableString.Invariant($"{steps}-steps-fold-{fold.Number}-of-{fold.Count}");

    private static IReadOnlyList<int> Around(int steps) => [.. new[] { steps / 4, steps / 2, steps, steps * 2 }.Where(n => n > 0).Distinct()];
}
