using System.Text.Json.Nodes;
using Stages.Distill;
using Stages.FineTune;
using Stages.Imaging.Datasets;
using Stages.Imaging.Splits;
using Stages.Label;
using Stages.Learning.Networks;
using Stages.Pipeline.Plan;
using Stages.Pretrain;
using Stages.Publish;
using Stages.Publish.Results;

namespace Stages.Cli.Plan;

/// <summary>Turns options into the list of stages: who reads what, and what each one's result depends on.</summary>
/// <param name="options">The pipeline.</param>
/// <param name="dataset">Its data set, not read yet.</param>
internal sealed class PlanBuilder(PipelineOptions options, IDataset dataset)
{
    /// <summary>The training split as an input.</summary>
    public const string Train = "dataset/train";

    private const string Test = "dataset/test";
    private const string Pretrained = "pretrain/" + PretrainStage.Output;

    private readonly List<StageDefinition> _stages = [];
    private readonly List<Contestant> _contestants = [];
    private readonly List<string> _road = [Pretrained];

    /// <summary>models/NAME.</summary>
    public string ModelsFolder => Path.Combine("models", options.Name);

    /// <summary>The data set as stages' inputs.</summary>
    public IReadOnlyDictionary<string, ExternalInput> Externals => new Dictionary<string, ExternalInput>
    {
        [Train] = new(options.Dataset.Folder, new Lazy<string>(dataset.TrainFingerprint)),
        [Test] = new(options.Dataset.Folder, new Lazy<string>(dataset.TestFingerprint)),
    };

    /// <summary>The stages in the order they run.</summary>
    public IReadOnlyList<StageDefinition> Build()
    {
        AddPretrain();
        AddFineTune();
        AddSupervised();
        var teacher = options.Teacher;
        for (var i = 0; i < options.Rounds.Count; i++)
        {
            teacher = AddRound(options.Rounds[i], i, teacher);
        }

        AddEvaluate();
        AddPublish();
        return _stages;
    }

    private void AddPretrain() => Add("pretrain", PretrainStage.Version, options.PretrainKey.Json, [Train], context =>
        PretrainStage.Run(context, options.Pretrain, options.Settings, dataset));

    private void AddFineTune()
    {
        var teacher = options.Teacher;
        Add(teacher.Stage, FineTuneStage.Version, WithLabels(options.FineTuneKey.Json), [Train, Pretrained], context =>
            FineTuneStage.Run(context, options.FineTune, options.Settings, dataset, options.Labels, teacher, Pretrained));
        _road.Add(teacher.Artefact);
        _contestants.Add(new Contestant("teacher", teacher, [.. _road]));
    }

    private void AddSupervised()
    {
        var source = Student("supervised", options.Supervised.Network);
        Add(source.Stage, SupervisedStage.Version, WithLabels(options.SupervisedKey.Json), [Train], context =>
            SupervisedStage.Run(context, options.Supervised, options.Settings, dataset, options.Labels));
        _contestants.Insert(0, new Contestant("supervised", source, [source.Artefact]));
    }

    private ClassifierSource AddRound(RoundOptions round, int index, ClassifierSource teacher)
    {
        var labelStage = index == 0 ? "label" : FormattableString.Invariant($"label-{index + 1}");
        var softTargets = $"{labelStage}/{LabelStage.Output}";
        var folder = Path.Combine("data", options.Name, "soft-targets", round.Name);
        Add(labelStage, LabelStage.Version, round.LabelKey.Json, [Train, teacher.Artefact], context =>
            LabelStage.Run(context, round.Labelling, options.Settings, dataset, teacher, folder));

        var student = Student(round.Name, round.Student.Network);
        // The crop of labelled images is in the soft targets' key, and that in their file's hash.
        var key = round.Student.UsesLabels ? WithLabels(round.StudentKey.Json) : round.StudentKey.Json;
        Add(student.Stage, DistillStage.Version, key, [Train, softTargets], context =>
            DistillStage.Run(
                context, round.Student, options.Settings, dataset, options.Labels, round.Labelling.Crop, softTargets));
        _road.AddRange([softTargets, student.Artefact]);
        _contestants.Add(new Contestant(round.ResultName, student, [.. _road]));
        return student;
    }

    private void AddEvaluate()
    {
        string[] inputs = [Train, Test, .. _contestants.SelectMany(contestant => contestant.Road).Distinct()];
        Add("evaluate", EvaluateStage.Version, WithLabels([]), inputs, context =>
            EvaluateStage.Run(context, _contestants, options.Settings, dataset, options.Labels, ModelsFolder));
    }

    private void AddPublish()
    {
        var student = _contestants.Single(contestant => contestant.Name == options.Publish.Student);
        var round = options.Rounds.Single(r => r.ResultName == student.Name);
        const string results = "evaluate/" + EvaluateStage.Json;
        var folder = Path.Combine(ModelsFolder, "published", student.Name);
        var key = new JsonObject { ["student"] = options.Publish.Student, ["license"] = options.Publish.License };
        Add("publish", PublishStage.Version, key, [Train, student.Source.Artefact, results], context =>
            PublishStage.Run(
                context, options.Publish, dataset, round.Student.Network, student.Source.Artefact, results, folder));
    }

    private void Add(string name, int version, JsonObject key, IReadOnlyList<string> inputs, Func<StageContext, StageResult> run)
    {
        key["seed"] = options.Settings.Seed;
        _stages.Add(new StageDefinition(name, version, key, inputs, run));
    }

    private JsonObject WithLabels(JsonObject key) => WithLabels(key, options.Labels);

    /// <summary>A key that also depends on which images are labelled.</summary>
    public static JsonObject WithLabels(JsonObject key, LabelOptions labels)
    {
        key["labels"] = new JsonObject
        {
            ["fraction"] = labels.Fraction,
            ["perClass"] = labels.PerClass,
            ["list"] = labels.List is { } list ? Pipeline.Storage.FileHash.OfFile(list) : null,
            ["seed"] = labels.Seed,
        };
        return key;
    }

    private static ClassifierSource Student(string stage, NetworkOptions network) => new(
        $"{stage}/{DistillStage.Output}",
        (channels, classes, generator) => new ResNet(network, channels, classes, generator));
}
