namespace Distill.Cli.Drafting;

/// <summary>Divides the time of a run among its stages, from the measured rates.</summary>
/// <param name="options">The time, and whether an encoder is given.</param>
/// <param name="facts">Numbers of images.</param>
/// <param name="rates">Images per second of each stage, of label for one view.</param>
internal sealed class Budget(DraftOptions options, DataFacts facts, StepRates rates)
{
    /// <summary>Part of the time for training and labeling; the rest is for evaluation, export and start-up.</summary>
    private const double Share = 0.85;

    private const int FineTuneSteps = 300;
    private const int SupervisedSteps = 1000;

    /// <summary>More passes over the stored views than this bring a student nothing.</summary>
    private const int StudentPasses = 60;

    /// <summary>Part of the time after labeling that pretraining gets; the rounds share the rest.</summary>
    private const double PretrainShare = 0.6;

    private const int PretrainEpochs = 800;
    private const int FewestSteps = 100;
    private const int EnoughSteps = 1500;

    private double Label => rates["label"];

    private double Fixed => SupervisedSteps * BatchSizes.Labeled / rates["supervised"] + (options.Encoder is null
        ? FineTuneSteps * BatchSizes.Labeled / rates["finetune"]
        : Encoded / Label);

    /// <summary>Images that an encoder sees besides the views: those with labels, and those for testing.</summary>
    private double Encoded => (options.PerClass * facts.LabelCounts.Count ?? facts.Labeled) + facts.TestImages;

    private int Rounds => options.Encoder is null ? 2 : 1;

    /// <summary>The shortest time for which there is a plan, in minutes.</summary>
    public double FewestMinutes
    {
        get
        {
            var student = FewestSteps * BatchSizes.Student / rates["distill"];
            var training = options.Encoder is not null ? student : Math.Max(
                FewestSteps * BatchSizes.Pretrain(facts) / rates["pretrain"] / PretrainShare, Rounds * student / (1 - PretrainShare));
            return (Fixed + Rounds * facts.Images / Label + training) / Share / 60;
        }
    }

    /// <summary>Returns the longest stages that fit into the time; null if not even the shortest do.</summary>
    public DraftSteps? Plan()
    {
        var time = 60 * options.Minutes * Share - Fixed;
        // An encoder is slow, so labeling may take half of the time; a pretrained teacher is fast. Few images need many views.
        var (part, most) = options.Encoder is null ? (0.15, 8) : (0.5, 16);
        var views = Math.Clamp((int)(part * time * Label / (Rounds * facts.Images)), 1, most);
        return Enumerable.Range(1, views).Reverse().Select(fewer => Plan(time, fewer)).FirstOrDefault(plan => plan is not null);
    }

    private DraftSteps? Plan(double time, int views)
    {
        time -= Rounds * views * facts.Images / Label;
        var pretraining = options.Encoder is null ? PretrainShare * time : 0;
        var pretrain = options.Encoder is null
            ? Steps(pretraining, rates["pretrain"], BatchSizes.Pretrain(facts), (long)PretrainEpochs * facts.Images)
            : FewestSteps;
        var student = Steps(
            (time - pretraining) / Rounds, rates["distill"], BatchSizes.Student, (long)StudentPasses * views * facts.Images);
        return Math.Min(pretrain, student) < FewestSteps
            ? null
            : new DraftSteps(pretrain, FineTuneSteps, student, SupervisedSteps, views);
    }

    /// <summary>Returns the expected seconds of each stage that takes long.</summary>
    public IReadOnlyList<(string Stage, double Seconds)> Times(DraftSteps steps)
    {
        var label = (double)steps.Views * facts.Images / Label;
        var student = steps.Student * BatchSizes.Student / rates["distill"];
        var supervised = steps.Supervised * BatchSizes.Labeled / rates["supervised"];
        return options.Encoder is not null
            ?
            [
                ("classify and evaluate", Encoded / Label),
                ("supervised", supervised),
                ("label", label),
                ("distill", student),
            ]
            :
            [
                ("pretrain", steps.Pretrain * BatchSizes.Pretrain(facts) / rates["pretrain"]),
                ("finetune", steps.FineTune * BatchSizes.Labeled / rates["finetune"]),
                ("supervised", supervised),
                ("label", label),
                ("distill", student),
                ("label-2", label),
                ("self-distill", student),
            ];
    }

    private static int Steps(double seconds, double rate, int batchSize, long mostImages)
    {
        var fit = Math.Max(0, seconds) * rate / batchSize;
        // Few images still need as many steps as the presets have.
        var useful = Math.Max(mostImages / batchSize, EnoughSteps);
        return (int)Math.Min(fit, useful) / 50 * 50;
    }
}
