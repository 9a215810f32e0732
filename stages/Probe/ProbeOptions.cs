using Distill.Datasets.Images;
using Distill.Imaging.Evaluation.Probes;
using Distill.Imaging.Splits;
using Distill.Pipeline.Options;

namespace Distill.Probe;

/// <summary>Options of the linear evaluation of the pretrained encoder, the block <c>probe</c>.</summary>
/// <param name="Labels">Which labels are used; none by default.</param>
/// <param name="Solver">The optimizer of the linear classifier.</param>
/// <param name="Neighbors">Whether kNN is measured too, with the same labels, in both common conventions.</param>
/// <param name="HeldOutFraction">Fraction of the labeled images on which L-BFGS's L2 strength is chosen.</param>
/// <param name="Folds">
/// Parts of the labeled images that are held out in turn instead, to choose the strength by their likelihood; null holds out that fraction
/// once, and chooses by accuracy.
/// </param>
/// <param name="Sgd">Epochs, batch size and learning rate of SGD.</param>
public sealed record ProbeOptions(
    ProbeLabels Labels, ProbeSolver Solver, bool Neighbors, double HeldOutFraction, int? Folds, SgdProbeOptions Sgd)
{
    private const string Features =
        "linear probe on the frozen encoder's features of center crops, batch norm in inference mode; ";

    public static ProbeOptions Read(JsonSection section) => new(
        section.Choice(
            "labels", ProbeLabels.Labeled,
            "Labels that the probe learns from: those of the block labels, or all of the training split."),
        section.Choice("solver", ProbeSolver.Lbfgs, "lbfgs sweeps L2 strengths (SimCLR appendix B.8); sgd has no decay (appendix B.6)."),
        section.Flag("neighbors", true, "Whether kNN is measured too, k = 200 and k = 20."),
        section.Number(
            "heldOutFraction", 0.2, 0.01, 0.9, "Fraction of the labeled images on which lbfgs chooses the L2 strength, without folds."),
        section.OptionalInteger(
            "folds", 2, 20,
            "Number of parts of the labeled images, each held out once for lbfgs to choose the strength; replaces heldOutFraction."),
        new SgdProbeOptions(
            section.Integer("epochs", SgdProbeOptions.Default.Epochs, 1, help: "Epochs of sgd."),
            section.Integer("batchSize", SgdProbeOptions.Default.BatchSize, 1, help: "Images per step of sgd."),
            section.Number("learningRate", SgdProbeOptions.Default.LearningRate, 0, 1000, "Learning rate of sgd."),
            SgdProbeOptions.Default.Momentum));

    /// <summary>Returns the indices of the training images whose labels are used.</summary>
    public IReadOnlyList<int> Indices(ImageSet train, LabelSplitOptions labels) => Labels == ProbeLabels.All
        ? [.. Enumerable.Range(0, train.Count).Where(image => train.Labels[image] != ImageSet.Unlabeled)]
        : LabelSplit.Draw(train, labels).Indices;

    /// <summary>Refuses labels that the solver cannot use.</summary>
    /// <param name="train">The training images.</param>
    /// <param name="indices">Those whose labels are used.</param>
    /// <exception cref="UserException">L-BFGS has no class with two labeled images, so it cannot hold any out.</exception>
    public void CheckLabels(ImageSet train, IReadOnlyList<int> indices)
    {
        if (Solver == ProbeSolver.Lbfgs && indices.GroupBy(image => train.Labels[image]).All(members => members.Count() < 2))
        {
            throw new UserException(
                "probe.solver is lbfgs, which chooses its strength on held-out labeled images, but no class has two of them; "
                + "use more labels, or sgd");
        }
    }

    /// <summary>A description of the evaluation for the results table.</summary>
    public string Protocol => Solver == ProbeSolver.Lbfgs
        ? Features + "L-BFGS, L2 strength chosen among 45 on held-out training images" + (Folds is { } folds ? $", in {folds} folds" : "")
        : Features + FormattableString.Invariant($"SGD, {Sgd.Epochs} epochs, no decay");
}
