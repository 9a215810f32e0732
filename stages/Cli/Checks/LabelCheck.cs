using Distill.Cli.Planning;
using Distill.Datasets.Images;
using Distill.Distill;
using Distill.Imaging.Splits;
using Distill.Pipeline.Options;

namespace Distill.Cli.Checks;

/// <summary>Finds stages that the labels are not enough for, once the labels of the block labels can be drawn.</summary>
internal static class LabelCheck
{
    public static IEnumerable<Finding> Find(CheckedData data) => data is { Labels: { } labels, Train.Images: { } train }
        ? Problems(data.Options, labels, train).OfType<string>().Select(problem => new Finding(Split.Train, IsError: true, problem))
        : [];

    private static IEnumerable<string?> Problems(PipelineOptions options, LabelSplit labels, ImageSet train)
    {
        if (options.Publish.HeldOut is { } heldOut)
        {
            yield return ErrorOf(() => LabelSplit.DrawBeside(train, heldOut, labels));
        }

        if (options.Probe?.Options is { } probe)
        {
            yield return ErrorOf(() => probe.CheckLabels(train, probe.Indices(train, options.Labels)));
        }

        foreach (var round in options.Students)
        {
            if (round.Student.Options.Images == DistilledImages.Unlabeled && labels.Indices.Count == train.Count)
            {
                yield return $"{round.Path}.student.images: found \"unlabeled\", but every training image is labeled; "
                    + "use \"all\", or fewer labels";
            }
        }
    }

    private static string? ErrorOf(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (UserException error)
        {
            return error.Message;
        }
    }
}
