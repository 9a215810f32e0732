using System.Text.Json.Nodes;
using Distill.Datasets;
using Distill.Imaging.Splits;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;

namespace Distill.FineTune;

/// <summary>Replaces pretraining and fine-tuning: imports a classifier as the teacher, without training it.</summary>
public static class ImportTeacherStage
{
    /// <summary>Increment it when the same options and inputs give different weights.</summary>
    public const int Version = 1;

    /// <summary>Checks the weights, measures the classifier on the labeled training images, and stores it as fine-tuning would.</summary>
    /// <param name="context">The running stage.</param>
    /// <param name="teacher">Architecture of the classifier.</param>
    /// <param name="network">The encoder's block in pipeline.json, for the metadata of the result.</param>
    /// <param name="settings">Device and seed of the run.</param>
    /// <param name="dataset">The dataset whose channels and classes the teacher must have.</param>
    /// <param name="labels">Which training images are labeled.</param>
    /// <param name="weights">Artifact of the weights.</param>
    /// <exception cref="UserException">
    /// The weights do not fit the network, a file beside them describes another one, or the classifier's outputs are not finite.
    /// </exception>
    public static StageResult Run(
        StageContext context,
        ClassifierSource teacher,
        JsonObject network,
        RunSettings settings,
        IDataset dataset,
        LabelSplitOptions labels,
        Artifact weights)
    {
        var train = dataset.Train();
        var result = ImportedNetwork.Import(
            context,
            network,
            () =>
            {
                using var generator = settings.Random(context.Name).Generator();
                return (FineTunedNetwork)teacher.Build(train.Shape.Channels, train.ClassNames.Count, generator);
            },
            imported =>
            {
                var file = context.Input(weights);
                var config = GivenConfig.Beside(file);
                config.CheckNetwork(imported.Encoder.Options, train.Shape.Channels);
                config.Labels?.Check(train.ClassNames);
                ImportedWeights.LoadClassifier(imported, file);
            });

        var (channels, classes) = (train.Shape.Channels, train.ClassNames.Count);
        using var imported = teacher.Load(result.Outputs[TrainingLoop.Output], channels, classes, settings.Compute);
        var measured = TeacherAccuracy.Measure(imported, train, LabelSplit.Draw(train, labels), settings, context.Input(weights));
        if (measured.Warning(classes) is { } warning)
        {
            context.Progress.Note(warning);
        }

        measured.AddTo(result.Metrics);
        return result;
    }
}
