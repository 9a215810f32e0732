using Distill.Cli.Planning;
using Distill.Rivals.MetaPseudoLabels;

namespace Distill.Cli.Capacity;

/// <summary>The trainings of the methods that a pipeline compares with.</summary>
internal static class PlannedRivals
{
    /// <summary>Lists the stages that train, in their order.</summary>
    /// <param name="options">The pipeline.</param>
    /// <param name="before">The stages before them, whose networks may be teachers.</param>
    public static IReadOnlyList<PlannedTraining> ListOf(PipelineOptions options, IReadOnlyList<PlannedTraining> before)
    {
        var list = new List<PlannedTraining>();
        foreach (var rival in options.Rivals.Methods.Select(block => block.Options))
        {
            // The loss sees the rows of all groups.
            list.Add(PlannedTraining.Classifier(rival.Name, "rivals", rival.Network, rival.Training, 0) with
            {
                Rows = rival.RowsPerStep,
                IsLossSumOfRows = false,
                Students = rival.Method is MetaPseudoLabelsMethod ? 1 : 0,
                Averages = rival.Averaging > 0 ? 1 : 0,
            });
        }

        foreach (var encoder in options.Rivals.Encoders.Select(block => block.Options))
        {
            list.Add(new PlannedTraining(
                encoder.Pretraining,
                $"rivals.{encoder.Name}",
                (channels, _) => PlannedTraining.Made(generator => encoder.Create(channels, generator)),
                encoder.Training,
                encoder.RowsPerStep)
            {
                Network = encoder.Network,
                Head = encoder.Head.Layers,
                Form = encoder.Name,
                IsLossSumOfRows = false,
                ProjectionLength = encoder.ContrastedLength,
                Beside = data => encoder.MemoryBeside(data.Shape, data.Images),
            });
            list.Add(PlannedTraining.Classifier(encoder.Name, "finetune", encoder.Network, options.FineTune.Options.Training, 0));
        }

        foreach (var taught in options.Rivals.Rounds)
        {
            list.Add(PlannedTraining.Student(taught.Round, Row(taught.Teacher)));
        }

        foreach (var tuned in options.Rivals.Tuned.Select(block => block.Options))
        {
            list.Add(PlannedTraining.Classifier(tuned.Name, $"rivals.{tuned.Name}", Row(tuned.Of).Network, tuned.Training, 0));
        }

        return list;

        PlannedTraining Row(string stage) => before.Concat(list).First(training => training.Stage == stage);
    }
}
