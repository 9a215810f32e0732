// N images, K classes
using System.Text.Json.Nodes;
using Distill.Datasets.Images;
using Distill.Imaging.Evaluation;
using Distill.Imaging.Loading;
using Distill.Imaging.Splits;
using Distill.Learning.Arithmetic;
using Distill.Learning.Training;
using Distill.Pipeline.Options;
using static TorchSharp.torch;

namespace Distill.FineTune;

/// <summary>
/// How often a given teacher is right on labeled training images. It finds what weights do not state: the order of the classes, the
/// normalization, and the order of the channels.
/// </summary>
/// <param name="Right">Images whose largest logit is that of their label.</param>
/// <param name="Images">Images that were measured.</param>
internal sealed record TeacherAccuracy(int Right, int Images)
{
    /// <summary>A sample of more labeled images would tell nothing new.</summary>
    private const int MostImages = 2000;

    /// <summary>Chance that guessing is right as often. A smaller one tells the teacher from guessing.</summary>
    private const double Significance = 0.05;

    /// <summary>Measures a teacher in fp32.</summary>
    /// <param name="teacher">The teacher, on its device.</param>
    /// <param name="train">The training split.</param>
    /// <param name="labels">The labeled images.</param>
    /// <param name="settings">Device and loader threads.</param>
    /// <param name="file">The given file, for messages.</param>
    /// <exception cref="UserException">A logit is NaN or infinite.</exception>
    public static TeacherAccuracy Measure(
        nn.Module<Tensor, Tensor> teacher, ImageSet train, LabelSplit labels, RunSettings settings, string file)
    {
        var images = EvenlySpaced.Take([.. labels.Indices], MostImages);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var bank = ImageBank.Open(train, settings.Compute.Device, settings.LoaderThreads);
        var logits_NK = Inference.Run(teacher, bank, images, settings.Compute.InFp32);
        return logits_NK.isfinite().all().ReadBoolean()
            ? new TeacherAccuracy((int)logits_NK.argmax(1).eq(bank.Labels(images)).sum().ReadInt64(), images.Length)
            : throw new UserException(
                $"{file}: found NaN or infinite logits for labeled training images, expected finite ones; "
                + "the weights or the mean and deviation of $.pretrain.network belong to another network");
    }

    /// <summary>Adds the accuracy to the measurements of the stage.</summary>
    public void AddTo(JsonObject metrics)
    {
        metrics["labeledImages"] = Images;
        metrics["labeledTop1"] = Math.Round(100.0 * Right / Images, 2);
    }

    /// <summary>Returns a warning if the teacher is hardly better than guessing; null if it is better.</summary>
    public string? Warning(int classes)
    {
        if (classes < 2)
        {
            return null;
        }

        var (accuracy, chance) = ((double)Right / Images, 1.0 / classes);
        var isLow = accuracy < Math.Min(3 * chance, chance + 0.2 * (1 - chance));
        var isUncertain = Right < Images && LuckOf(Right, Images, chance) > Significance;
        return isLow || isUncertain
            ? FormattableString.Invariant($"the given teacher is right on {Right} of {Images} labeled training images ")
                + FormattableString.Invariant($"({100 * accuracy:0.0} %), which is near guessing ({100 * chance:0.0} %). ")
                + "Likely causes: its classes have another order than those of the dataset; "
                + "mean and deviation of $.pretrain.network are missing or wrong; it expects the channels in the order BGR"
            : null;
    }

    /// <summary>The chance that guessing is right on at least so many images: a sum of the binomial distribution.</summary>
    private static double LuckOf(int right, int images, double chance)
    {
        // From 0 on, each term follows from the one before. The logarithm stays in range for many images.
        var (logTerm, sum) = (images * Math.Log(1 - chance), 0.0);
        for (var k = 0; k <= images; k++)
        {
            sum += k >= right ? Math.Exp(logTerm) : 0;
            logTerm += Math.Log((double)(images - k) / (k + 1)) + Math.Log(chance / (1 - chance));
        }

        return sum;
    }
}
