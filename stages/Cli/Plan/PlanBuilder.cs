using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Datasets;
using Distill.Distill;
using Distill.Evaluate;
using Distill.FineTune;
using Distill.Imaging.Evaluation;
using Distill.Label;
using Distill.Learning.Networks;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Storage;
using Distill.Pretrain;
using Distill.Probe;
using Distill.Supervised;

namespace Distill.Cli.Plan;

/// <summary>Turns options into the list of stages: who reads what, and what each one's result depends on.</summary>
/// <param name="options">The pipeline.</param>
/// <param name="dataset">Its data set, not read yet.</param>
/// <param name="root">The folder in which models/ and data/ lie; by default the one that the command runs in.</param>
internal sealed class PlanBuilder(PipelineOptions options, IDataset dataset, string root = "")
{
    /// <summary>The training split as an input.</summary>
    public const string Train = "dataset/train";

    /// <summary>The test split as an input.</summary>
    public const string Test = "dataset/test";

    private const string PretrainName = "pretrain";
    private const string Pretrained = PretrainName + "/" + PretrainStage.Output;
    private const string GivenEncoder = "given/encoder";
    private const string GivenTeacher = "given/teacher";

    private readonly List<StageDefinition> _stages = [];
    private readonly List<Candidate> _contestants = [];
    private readonly List<string> _road = [];

    /// <summary>models/NAME.</summary>
    public string ModelsFolder => Path.Combine(root, "models", options.Name);

    /// <summary>The data set as stages' inputs.</summary>
    public IReadOnlyDictionary<string, ExternalInput> Externals
    {
        get
        {
            var externals = new Dictionary<string, ExternalInput>
            {
                [Train] = new(options.Dataset.Folder, new Lazy<string>(dataset.TrainFingerprint)),
                [Test] = new(options.Dataset.Folder, new Lazy<string>(dataset.TestFingerprint)),
            };
            foreach (var (artifact, file) in new[] { (GivenEncoder, options.Pretrain.Weights), (GivenTeacher, options.FineTune.Weights) })
            {
                if (file is not null)
                {
                    externals[artifact] = new ExternalInput(file, new Lazy<string>(() => FileHash.OfFile(file)));
                }
            }

            return externals;
        }
    }

    /// <summary>Where a plan begins.</summary>
    public static string FirstStageOf(PipelineOptions options) => options.FineTune.Weights is null ? PretrainName : options.Teacher.Stage;

    /// <summary>The stages in the order they run.</summary>
    public IReadOnlyList<StageDefinition> Build()
    {
        if (options.FineTune.Weights is null)
        {
            AddPretrain();
            AddProbe();
            AddFineTune();
        }
        else
        {
            AddGivenTeacher();
        }

        AddSupervised();
        var teacher = options.Teacher;
        for (var i = 0; i < options.Rounds.Count; i++)
        {
            teacher = AddRound(options.Rounds[i], i, teacher);
        }

        var softTargets = _road.LastOrDefault(artifact => artifact.EndsWith("/" + LabelStage.Output, StringComparison.Ordinal));
        _stages.AddRange(new PublicationPlan(options, dataset, ModelsFolder, _contestants, softTargets).Stages());
        return _stages;
    }

    private void AddPretrain()
    {
        _road.Add(Pretrained);
        if (options.Pretrain.Weights is null)
        {
            Add(PretrainName, PretrainStage.Version, options.PretrainKey.Json, [Train], context =>
                PretrainStage.Run(context, options.Pretrain, options.Settings, dataset));
            return;
        }

        var needsHead = options.FineTune.FromLayer > 0;
        var key = new JsonObject { ["given"] = true, ["network"] = PretrainNetwork(), ["head"] = options.PretrainKey.Json["head"]!.DeepClone(), ["needsHead"] = needsHead };
        Add(PretrainName, ImportEncoderStage.Version, key, [Train, GivenEncoder], context =>
            ImportEncoderStage.Run(context, options.Pretrain, PretrainNetwork(), options.Settings, dataset, GivenEncoder, needsHead));
    }

    private void AddGivenTeacher()
    {
        var teacher = options.Teacher;
        var key = new JsonObject { ["given"] = true, ["network"] = PretrainNetwork() };
        Add(teacher.Stage, ImportTeacherStage.Version, key, [Train, GivenTeacher], context =>
            ImportTeacherStage.Run(context, teacher, PretrainNetwork(), options.Settings, dataset, GivenTeacher));
        _road.Add(teacher.Artifact);
        _contestants.Add(new Candidate(Names.Teacher, "imported, not trained in this run", teacher, [.. _road]) { Labels = LabelUsage.None });
    }

    private JsonObject PretrainNetwork() => (JsonObject)options.PretrainKey.Json["network"]!.DeepClone();

    private void AddFineTune()
    {
        var teacher = options.Teacher;
        Add(teacher.Stage, FineTuneStage.Version, WithLabels(options.FineTuneKey.Json), [Train, Pretrained], context =>
            FineTuneStage.Run(context, options.FineTune, options.Settings, dataset, options.Labels, teacher, Pretrained));
        _road.Add(teacher.Artifact);
        _contestants.Add(new Candidate(
            Names.Teacher,
            FormattableString.Invariant($"{(options.Pretrain.Weights is null ? "pretrained without labels" : "initialized from imported weights")}, then fine-tuned entirely from layer {options.FineTune.FromLayer} of the projection head"),
            teacher,
            [.. _road]));
    }

    private void AddSupervised()
    {
        if (options.Supervised.Labels == SupervisedLabels.None)
        {
            return;
        }

        var source = Student("supervised", options.Supervised.Network);
        Add(source.Stage, SupervisedStage.Version, WithLabels(options.SupervisedKey.Json), [Train], context =>
            SupervisedStage.Run(context, options.Supervised, options.Settings, dataset, options.Labels));
        _contestants.Insert(0, new Candidate(
            Names.Supervised, "trained from scratch on the labeled images only", source, [source.Artifact]));
    }

    private void AddProbe()
    {
        if (options.Probe.Labels == ProbeLabels.None)
        {
            return;
        }

        var source = options.Linear;
        var all = options.Probe.Labels == ProbeLabels.All;
        var key = all ? options.ProbeKey.Json : WithLabels(options.ProbeKey.Json);
        Add(source.Stage, ProbeStage.Version, key, [Train, Pretrained], context =>
            ProbeStage.Run(context, options.Probe, options.Settings, dataset, options.Labels, source, Pretrained));
        string[] road = [Pretrained, source.Artifact];
        var use = all ? LabelUsage.All : LabelUsage.Labeled;
        _contestants.Add(new Candidate(Names.Linear, options.Probe.Protocol, source, road) { Labels = use });
        if (options.Probe.Neighbors)
        {
            foreach (var settings in new[] { NeighborOptions.Lightly, NeighborOptions.SoloLearn })
            {
                _contestants.Add(new Candidate(
                    FormattableString.Invariant($"knn-{settings.Neighbors}"),
                    FormattableString.Invariant(
                        $"weighted vote of the {settings.Neighbors} nearest labeled training images by cosine similarity of the pretrained encoder's features, temperature {settings.Temperature}"),
                    source,
                    [Pretrained])
                { Labels = use, Neighbors = settings });
            }
        }
    }

    private ClassifierSource AddRound(RoundOptions round, int index, ClassifierSource teacher)
    {
        var labelStage = index == 0 ? "label" : FormattableString.Invariant($"label-{index + 1}");
        var softTargets = $"{labelStage}/{LabelStage.Output}";
        var folder = Path.Combine(root, "data", options.Name, "soft-targets", round.Name);
        Add(labelStage, LabelStage.Version, round.LabelKey.Json, [Train, teacher.Artifact], context =>
            LabelStage.Run(context, round.Labeling, options.Settings, dataset, teacher, folder));

        var student = Student(round.Name, round.Student.Network);
        // The crop of labeled images is in the soft targets' key, and that in their file's hash.
        var key = round.Student.UsesLabels ? WithLabels(round.StudentKey.Json) : round.StudentKey.Json;
        Add(student.Stage, DistillStage.Version, key, [Train, softTargets], context =>
            DistillStage.Run(
                context, round.Student, options.Settings, dataset, options.Labels, round.Labeling.Crop, softTargets));
        _road.AddRange([softTargets, student.Artifact]);
        _contestants.Add(new Candidate(
            round.ResultName,
            FormattableString.Invariant($"trained from scratch on the soft targets of {_contestants[^1].Name}, {round.Labeling.Views} augmented views per image"),
            student,
            [.. _road])
        {
            Labels = round.Student.UsesLabels ? LabelUsage.Labeled : _contestants[^1].Labels,
        });
        return student;
    }

    private void Add(string name, int version, JsonObject key, IReadOnlyList<string> inputs, Func<StageContext, StageResult> run)
    {
        key["seed"] = options.Settings.Seed;
        _stages.Add(new StageDefinition(name, version, key, inputs, run));
    }

    private JsonObject WithLabels(JsonObject key) => StageKeys.WithLabels(key, options.Labels);

    private static ClassifierSource Student(string stage, NetworkOptions network) => new(
        $"{stage}/{DistillStage.Output}",
        (channels, classes, generator) => new ResNet(network, channels, classes, generator));
}
