using Distill.Datasets;
using Distill.Imaging.Splits;
using Distill.Imaging.Training;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using static TorchSharp.torch;

namespace Distill.FineTune;

/// <summary>
/// Step 2 of SimCLRv2 (section 2.1): the pretrained encoder and the first layers of its head become a classifier, which is
/// trained, all of it, on the labeled images alone.
/// </summary>
public static class FineTuneStage
{
    /// <summary>Raised when the same options and inputs give other weights than before.</summary>
    public const int Version = 4;

    /// <summary>The fine-tuned classifier.</summary>
    public const string Output = TrainingLoop.Output;

    /// <param name="context">Where it runs.</param>
    /// <param name="options">How it trains.</param>
    /// <param name="settings">What all stages share.</param>
    /// <param name="dataset">Its training split holds the labeled images.</param>
    /// <param name="labels">Which of them are labeled.</param>
    /// <param name="network">The classifier's plan.</param>
    /// <param name="pretrained">The artifact with the pretrained weights.</param>
    public static StageResult Run(
        StageContext context,
        FineTuneOptions options,
        RunSettings settings,
        IDataset dataset,
        LabelSplitOptions labels,
        ClassifierSource network,
        string pretrained)
    {
        using var labeled = LabeledImages.Load(dataset, labels, settings);
        var random = settings.Random(context.Name);
        using var classifier = Classifier();
        Weights.LoadPart(classifier, context.Input(pretrained), FineTunedNetwork.PretrainedKey);
        using var task = new LabeledTask(classifier, Classifier, labeled, options.Views, options.Training, random);
        return new TrainingLoop(context, options.Training, settings).RunToResult(task);

        nn.Module<Tensor, Tensor> Classifier()
        {
            using var generator = random.Generator();
            var made = network.Build(labeled.Shape.Channels, labeled.ClassCount, generator);
            settings.Compute.MoveTo(made);
            return made;
        }
    }
}
