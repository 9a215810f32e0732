using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Datasets;
using Distill.Encoders.Models;
using Distill.Evaluate;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Storage;

namespace Distill.Cli.Planning;

/// <summary>The stages of a pipeline in the order in which they run. It is a pure function of the options.</summary>
/// <param name="ModelsFolder">The folder models/NAME.</param>
/// <param name="Stages">The stages, each after those that it reads from.</param>
/// <param name="Externals">Artifacts that no stage makes: the splits of the dataset and imported weights.</param>
/// <param name="Candidates">Every network that the stages produce, in the order of the results.</param>
internal sealed record Plan(
    string ModelsFolder,
    IReadOnlyList<StageDefinition> Stages,
    IReadOnlyDictionary<Artifact, ExternalInput> Externals,
    IReadOnlyList<Candidate> Candidates)
{
    /// <summary>The training split as an input.</summary>
    public static readonly Artifact Train = new(StageNames.Dataset, "train");

    /// <summary>The test split as an input.</summary>
    public static readonly Artifact Test = new(StageNames.Dataset, "test");

    /// <summary>The file of <c>pretrain.weights</c> as an input.</summary>
    public static readonly Artifact ImportedEncoder = new(StageNames.Imported, "encoder");

    /// <summary>The file of <c>finetune.weights</c> as an input.</summary>
    public static readonly Artifact ImportedTeacher = new(StageNames.Imported, "teacher");

    /// <summary>The file of one of <c>pretrain.encoder</c> as an input. Its name is in keys, so it has neither name nor path.</summary>
    /// <param name="index">Number of the encoder, from 0.</param>
    public static Artifact FrozenEncoder(int index) => new(StageNames.Imported, FormattableString.Invariant($"encoder-{index + 1}"));

    /// <summary>
    /// Plans a pipeline. It reads no file but that of <c>labels.list</c>, whose hash is in keys. A stage or a key reads the others when it
    /// needs them.
    /// </summary>
    /// <param name="options">The pipeline.</param>
    /// <param name="dataset">The pipeline's dataset, not read yet.</param>
    /// <param name="root">The folder of models/ and data/; by default the working folder.</param>
    public static Plan Create(PipelineOptions options, IDataset dataset, string root = "")
    {
        var training = new TrainingPlan(options, dataset, root);
        var pretrain = options.FineTunes ? training.Pretrain() : PlanStep.None;
        var probe = options.Probe is { } probing ? training.Probe(probing) : PlanStep.None;
        var teacher = options.UsesEncoders ? training.Classify()
            : options.ImportsTeacher ? training.ImportTeacher()
            : training.FineTune();
        var supervised = options.Supervised is { } baseline ? training.Supervised(baseline) : PlanStep.None;
        var neighbors = options.Neighbors is { } near ? training.Neighbors(near) : PlanStep.None;
        var planning = new RoundPlan(options, dataset, root);
        var rivals = new RivalPlan(options, dataset).Create(supervised.Candidates, planning);
        var rounds = new List<RoundStep>();
        foreach (var round in options.Rounds)
        {
            var teaching = rounds.Count == 0 ? teacher.Candidates[0] : rounds[^1].Student;
            rounds.Add(planning.Create(round, StageNames.LabelOf(rounds.Count), teaching));
        }

        Candidate[] candidates =
        [
            .. supervised.Candidates, .. rivals.SelectMany(rival => rival.Candidates),
            .. probe.Candidates, .. teacher.Candidates,
            .. rounds.Select(round => round.Student),
        ];
        var modelsFolder = Path.Combine(root, "models", options.Name);
        var publication = new PublicationPlan(options, dataset, modelsFolder, candidates, rounds.LastOrDefault()?.SoftTargets);
        return new Plan(
            modelsFolder,
            [
                .. pretrain.Stages, .. probe.Stages, .. teacher.Stages, .. neighbors.Stages, .. supervised.Stages,
                .. rivals.SelectMany(rival => rival.Stages), .. rounds.SelectMany(round => round.Stages), .. publication.Stages(),
            ],
            ExternalsOf(options, dataset),
            candidates);
    }

    private static Dictionary<Artifact, ExternalInput> ExternalsOf(PipelineOptions options, IDataset dataset)
    {
        var reading = new JsonObject { ["dataset"] = options.Dataset.ReadingOptions() };
        var externals = new Dictionary<Artifact, ExternalInput>
        {
            [Train] = new(options.Dataset.Folder, new Lazy<string>(dataset.TrainFingerprint)) { Options = reading },
            [Test] = new(options.Dataset.Folder, new Lazy<string>(dataset.TestFingerprint)) { Options = reading },
        };
        Add(ImportedEncoder, options.Pretrain.Options.Weights);
        Add(ImportedTeacher, options.FineTune.Options.Weights);
        foreach (var (index, encoder) in options.Encoders.Index())
        {
            externals[FrozenEncoder(index)] = new(encoder.File, new Lazy<string>(() => EncoderFiles.Fingerprint(encoder)));
        }

        return externals;

        void Add(Artifact artifact, string? file)
        {
            if (file is not null)
            {
                externals[artifact] = new ExternalInput(file, new Lazy<string>(() => FileHash.OfFile(file)));
            }
        }
    }
}

/// <summary>A step of a plan: the stages that it adds and the networks that they produce.</summary>
internal sealed record PlanStep(IReadOnlyList<StageDefinition> Stages, IReadOnlyList<Candidate> Candidates)
{
    public static readonly PlanStep None = new([], []);
}

/// <summary>A round of distillation in a plan.</summary>
/// <param name="Stages">The stage that labels, if soft targets are stored, and the stage that trains.</param>
/// <param name="SoftTargets">The stored soft targets; null if there are none.</param>
/// <param name="Student">The network that the round produces.</param>
internal sealed record RoundStep(IReadOnlyList<StageDefinition> Stages, Artifact? SoftTargets, Candidate Student);
