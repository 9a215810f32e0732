using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Classify;
using Distill.Datasets;
using Distill.Encoders;
using Distill.Evaluate;
using Distill.FineTune;
using Distill.Imaging.Evaluation;
using Distill.Learning.Networks;
using Distill.Neighbors;
using Distill.Pipeline.Execution;
using Distill.Pretrain;
using Distill.Probe;
using Distill.Supervised;

namespace Distill.Cli.Planning;

/// <summary>Plans the stages that train or import networks: the inputs of each, its key, and the network that it produces.</summary>
/// <param name="options">The pipeline.</param>
/// <param name="dataset">The pipeline's dataset, not read yet.</param>
/// <param name="root">The folder of models/ and data/.</param>
internal sealed class TrainingPlan(PipelineOptions options, IDataset dataset, string root)
{
    private static readonly Artifact Encoder = new(StageNames.Pretrain, PretrainStage.Output);

    private readonly PretrainOptions _pretrain = options.Pretrain.Options;

    private bool ImportsEncoder => _pretrain.Weights is not null;

    /// <summary>Plans the pretraining or the import of the encoder.</summary>
    public PlanStep Pretrain()
    {
        if (!ImportsEncoder)
        {
            return Step(StageNames.Pretrain, PretrainStage.VersionOf(_pretrain), options.Pretrain.ToJson(), [Plan.Train], context =>
                PretrainStage.Run(context, _pretrain, options.Settings, dataset));
        }

        var needsHead = options.FineTune.Options.FromLayer > 0;
        var key = new JsonObject
        {
            ["imported"] = true,
            ["network"] = NetworkJson(),
            ["head"] = options.Pretrain.ToJson()["head"]!.DeepClone(),
            ["needsHead"] = needsHead,
        };
        return Step(StageNames.Pretrain, ImportEncoderStage.Version, key, [Plan.Train, Plan.ImportedEncoder], context =>
            ImportEncoderStage.Run(context, _pretrain, NetworkJson(), options.Settings, dataset, Plan.ImportedEncoder, needsHead));
    }

    /// <summary>Plans the linear probe of the encoder, and adds votes of nearest neighbors as candidates.</summary>
    public PlanStep Probe(Block<ProbeOptions> probe)
    {
        var source = OnEncoder(new Artifact(StageNames.Probe, ProbeStage.Output), fromLayer: 0);
        var all = probe.Options.Labels == ProbeLabels.All;
        var usage = all ? LabelUsage.All : LabelUsage.Labeled;
        var linear = new Candidate(StageNames.Linear, probe.Options.Protocol, source, [Encoder, source.Artifact]) { Labels = usage };
        var key = all ? probe.ToJson() : WithLabels(probe.ToJson());
        if (probe.Options.Folds is null)
        {
            // Probes of versions without this option stay done.
            key.Remove("folds");
        }

        NeighborOptions[] neighbors = probe.Options.Neighbors ? [NeighborOptions.Lightly, NeighborOptions.SoloLearn] : [];
        return Step(
            StageNames.Probe, ProbeStage.Version, key, [Plan.Train, Encoder], context =>
                ProbeStage.Run(context, probe.Options, options.Settings, dataset, options.Labels, source, Encoder),
            [linear, .. neighbors.Select(settings => Vote(settings, source, usage))]);
    }

    /// <summary>Plans the search for neighbors of the training images.</summary>
    public PlanStep Neighbors(Block<NeighborsOptions> neighbors) => new(
        [
            new StageDefinition(
                StageNames.Neighbors, NeighborsStage.Version, neighbors.ToJson(), [Plan.Train, Encoder], context => NeighborsStage.Run(
                    context, neighbors.Options, options.Settings, dataset, OnEncoder(Encoder, fromLayer: 0), Encoder)),
        ],
        []);

    /// <summary>Plans the fine-tuning of the encoder, which makes the teacher.</summary>
    public PlanStep FineTune()
    {
        var layer = options.FineTune.Options.FromLayer;
        var source = OnEncoder(new Artifact(StageNames.FineTune, FineTuneStage.Output), layer);
        var start = ImportsEncoder ? "initialized from imported weights" : "pretrained without labels";
        var classifier = (options.FineTune.Options.Start == ClassifierStart.Probe ? " and from a logistic regression" : "")
            + (options.FineTune.Options.Unlabeled is null ? "" : ", with pseudo-labels of all images");
        var teacher = new Candidate(
            StageNames.Teacher,
            FormattableString.Invariant($"{start}, then fine-tuned entirely from layer {layer} of the projection head{classifier}"),
            source,
            [Encoder, source.Artifact]);
        var finetune = options.FineTune.Options;
        var key = WithLabels(options.FineTune.ToJson());
        if (finetune.Start == ClassifierStart.Zero)
        {
            // Before there was a choice, keys had no such entry.
            key.Remove("start");
        }

        return Step(StageNames.FineTune, FineTuneStage.VersionOf(finetune), key, [Plan.Train, Encoder], context =>
            FineTuneStage.Run(context, finetune, options.Settings, dataset, options.Labels, source, Encoder), [teacher]);
    }

    /// <summary>Plans the import of a whole classifier as the teacher.</summary>
    public PlanStep ImportTeacher()
    {
        var source = OnEncoder(new Artifact(StageNames.FineTune, FineTuneStage.Output), options.FineTune.Options.FromLayer);
        var key = new JsonObject { ["imported"] = true, ["network"] = NetworkJson() };
        var teacher = new Candidate(StageNames.Teacher, "imported, not trained in this run", source, [source.Artifact])
        {
            Labels = LabelUsage.None,
        };
        // The labels decide no weight, but they decide the accuracy that the stage measures.
        return Step(
            StageNames.FineTune, ImportTeacherStage.Version, WithLabels(key), [Plan.Train, Plan.ImportedTeacher], context =>
                ImportTeacherStage.Run(
                    context, source, NetworkJson(), options.Settings, dataset, options.Labels, Plan.ImportedTeacher), [teacher]);
    }

    /// <summary>Plans the classifier on the features of frozen encoders, which makes the teacher.</summary>
    public PlanStep Classify()
    {
        Artifact[] files = [.. Enumerable.Range(0, options.Encoders.Count).Select(Plan.FrozenEncoder)];
        var source = new ClassifierSource(
            new Artifact(StageNames.Classify, ClassifyStage.Output), (_, classes, _) => Open(classes))
        { Needs = files };
        var key = WithLabels(options.Classify.ToJson());
        key["encoders"] = new JsonArray([.. options.Encoders.Select(encoder => encoder.ToJson())]);
        var teacher = new Candidate(
            StageNames.Teacher,
            $"logistic regression on frozen features of {string.Join(", ", options.Encoders.Select(encoder => encoder.Name))}",
            source,
            [source.Artifact]);
        return Step(StageNames.Classify, ClassifyStage.Version, key, [Plan.Train, .. files], context =>
            ClassifyStage.Run(context, options.Classify.Options, options.Settings, dataset, options.Labels, Open), [teacher]);

        EncoderTeacher Open(int classes) =>
            new(options.Encoders, Path.Combine(root, "data", "encoders", "features"), classes, Console.Error.WriteLine);
    }

    /// <summary>Plans the training of the supervised baseline.</summary>
    public PlanStep Supervised(Block<SupervisedOptions> supervised)
    {
        var source = ClassifierSource.Plain(new Artifact(StageNames.Supervised, SupervisedStage.Output), supervised.Options.Network);
        var baseline = new Candidate(StageNames.Supervised, "trained from scratch on the labeled images only", source, [source.Artifact]);
        var (version, key) = (SupervisedStage.VersionOf(supervised.Options), WithLabels(supervised.ToJson()));
        return Step(StageNames.Supervised, version, key, [Plan.Train], context =>
            SupervisedStage.Run(context, supervised.Options, options.Settings, dataset, options.Labels), [baseline]);
    }

    private static Candidate Vote(NeighborOptions settings, ClassifierSource source, LabelUsage usage) => new(
        StageNames.Knn(settings.Neighbors),
        FormattableString.Invariant($"weighted vote of the {settings.Neighbors} nearest labeled training images by cosine similarity ")
            + FormattableString.Invariant($"of the pretrained encoder's features, temperature {settings.Temperature}"),
        source,
        [Encoder])
    {
        Labels = usage,
        Neighbors = settings,
    };

    private PlanStep Step(
        string name, int version, JsonObject key, IReadOnlyList<Artifact> inputs, Func<StageContext, StageResult> run,
        IReadOnlyList<Candidate>? candidates = null) =>
        new([Stage(name, version, key, inputs, run)], candidates ?? []);

    private StageDefinition Stage(
        string name, int version, JsonObject key, IReadOnlyList<Artifact> inputs, Func<StageContext, StageResult> run)
    {
        key["seed"] = options.Settings.Seed;
        return new StageDefinition(name, version, key, inputs, run);
    }

    private JsonObject WithLabels(JsonObject key) => StageKeys.WithLabels(key, options.Labels);

    private JsonObject NetworkJson() => (JsonObject)options.Pretrain.ToJson()["network"]!.DeepClone();

    /// <summary>Returns the encoder with the first layers of its head and a classifier on top.</summary>
    private ClassifierSource OnEncoder(Artifact artifact, int fromLayer) => new(artifact, (channels, classes, generator) =>
        new FineTunedNetwork(_pretrain.Network, _pretrain.Head, fromLayer, channels, classes, generator));
}
