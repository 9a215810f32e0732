using Distill.Artifacts;
using Distill.Classify;
using Distill.Datasets.Options;
using Distill.Distill;
using Distill.Encoders.Options;
using Distill.FineTune;
using Distill.Imaging.Splits;
using Distill.Learning.Training;
using Distill.Neighbors;
using Distill.Pipeline.Options;
using Distill.Pretrain;
using Distill.Probe;
using Distill.Publish;
using Distill.Supervised;

namespace Distill.Cli.Planning;

/// <summary>A whole pipeline.json, read and validated. The options record of each stage documents its block.</summary>
internal sealed record PipelineOptions(
    string Name,
    RunSettings Settings,
    DatasetOptions Dataset,
    LabelSplitOptions Labels,
    Block<PretrainOptions> Pretrain,
    IReadOnlyList<EncoderOptions> Encoders,
    Block<ClassifyOptions> Classify,
    Block<FineTuneOptions> FineTune,
    IReadOnlyList<RoundOptions> Rounds,
    Block<SupervisedOptions>? Supervised,
    RivalBlocks Rivals,
    Block<ProbeOptions>? Probe,
    Block<NeighborsOptions>? Neighbors,
    PublishOptions Publish)
{
    private const string Zoo = "zoo";

    /// <summary>Whether the teacher is an imported classifier, so that no stage pretrains.</summary>
    public bool ImportsTeacher => FineTune.Options.Weights is not null;

    /// <summary>Whether the teacher is a classifier on frozen encoders, so that no stage pretrains or fine-tunes.</summary>
    public bool UsesEncoders => Encoders.Count > 0;

    /// <summary>Whether a stage fine-tunes the teacher. Otherwise it is imported, or a classifier on frozen encoders.</summary>
    public bool FineTunes => !ImportsTeacher && !UsesEncoders;

    /// <summary>Whether a stage pretrains the encoder, rather than importing one.</summary>
    public bool Pretrains => FineTunes && Pretrain.Options.Weights is null;

    /// <summary>Names of the results that are plain ResNets and can be published, the default last.</summary>
    public IReadOnlyList<string> Publishable => PublishableOf(Rounds, Probe?.Options, FineTune.Options, UsesEncoders);

    /// <summary>All students: those of the rounds, and those of the comparison.</summary>
    public IEnumerable<RoundOptions> Students => Rounds.Concat(Rivals.Rounds.Select(taught => taught.Round));

    /// <summary>Loads and validates a pipeline.</summary>
    /// <param name="pipeline">A file, or the name of a shipped preset.</param>
    /// <param name="seed">Seed that replaces the file's and gives the run a folder of its own; null keeps the file's seed.</param>
    /// <exception cref="UserException">The file has an error. The message names the file and the JSON path.</exception>
    public static PipelineOptions Load(string pipeline, int? seed = null)
    {
        var root = PipelineFile.Load(Presets.Locate(pipeline), Presets.Text);
        var options = Read(root);
        root.RefuseUnknownKeys();
        PipelineChecks.CheckTeacher(options, root);
        return seed is not { } given ? options : options with
        {
            Name = FormattableString.Invariant($"{options.Name}-seed-{given}"),
            Settings = options.Settings with { Seed = given },
            Labels = options.Labels with { Seed = given },
            Publish = options.Publish with { HeldOut = options.Publish.HeldOut is { } labels ? labels with { Seed = given } : null },
        };
    }

    /// <summary>Reads every block. The caller then refuses the keys that no block has read.</summary>
    public static PipelineOptions Read(JsonSection root)
    {
        var name = ReadName(root);
        var settings = RunSettings.Read(root);
        var datasetSection = root.Section("dataset", "The images.");
        var labelsSection = root.Section(
            "labels", "The training images that keep their labels: exactly one of fraction, perClass and list.");
        var pretrainSection = root.Section("pretrain", "Contrastive pretraining of the teacher's encoder (SimCLRv2 section 2.1).");
        var finetuneSection = root.Section("finetune", "Fine-tuning of the teacher on the labeled images.");
        var pretrain = PretrainOptions.Read(pretrainSection);
        var encoders = EncoderOptions.ReadAll(pretrainSection);
        var classifySection = root.Section("classify", "The classifier on the features of frozen encoders (pretrain.encoder).");
        var finetune = FineTuneOptions.Read(finetuneSection, pretrain.Head);
        var probeSection = root.OptionalSection(
            "probe", byDefault: false, "Linear evaluation of the pretrained encoder. Left out by default.");
        var probe = probeSection is null ? null : new Block<ProbeOptions>(ProbeOptions.Read(probeSection), probeSection);
        if (finetune.Weights is not null && (pretrain.Weights is not null || probe is not null))
        {
            throw finetuneSection.Error(
                "weights",
                "found the weights of a classifier, but pretrain.weights or probe needs a pretrained encoder; remove one of them");
        }

        var rounds = ReadRounds(root);
        var network = rounds is [.., var last] ? last.Student.Options.Network : pretrain.Network;
        var supervisedSection = root.OptionalSection(
            "supervised", byDefault: true, "The supervised baseline, trained on the labeled images only.");
        var supervised = supervisedSection is null
            ? null
            : new Block<SupervisedOptions>(SupervisedOptions.Read(supervisedSection, network), supervisedSection);
        var rivals = RivalBlocks.Read(root, network);
        var options = new PipelineOptions(
            name,
            settings,
            DatasetOptions.Read(datasetSection),
            LabelSplitOptions.Read(labelsSection, (int)settings.Seed),
            new Block<PretrainOptions>(pretrain, pretrainSection),
            encoders,
            new Block<ClassifyOptions>(ClassifyOptions.Read(classifySection), classifySection),
            new Block<FineTuneOptions>(finetune, finetuneSection),
            rounds,
            supervised,
            rivals,
            probe,
            ReadNeighbors(root),
            PublishOptions.Read(
                root.Section("publish", "The model to publish."), PublishableOf(rounds, probe?.Options, finetune, encoders.Count > 0),
                (int)settings.Seed));
        PipelineChecks.CheckStudents(options, root);
        PipelineChecks.CheckFolders(options, root);
        PipelineChecks.CheckChannels(options, root);
        return options;
    }

    private static string ReadName(JsonSection root)
    {
        var name = root.Text("name", "pipeline", "Name of the run: its folders are models/NAME and data/NAME.");
        if (name == Zoo)
        {
            throw root.Error("name", $"found \"{name}\", which is the folder of the shipped models; choose another name");
        }

        return name.Length > 0 && !name.StartsWith('.') && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? name
            : throw root.Error("name", $"found \"{name}\", expected letters, digits, '-', '_' and '.', because it becomes a folder name");
    }

    private static Block<NeighborsOptions>? ReadNeighbors(JsonSection root) => root.OptionalSection(
        "neighbors", byDefault: false,
        "Nearest neighbors of all training images by the pretrained encoder, for students with a neighborWeight.") is { } section
            ? new Block<NeighborsOptions>(NeighborsOptions.Read(section), section)
            : null;

    private static RoundOptions[] ReadRounds(JsonSection root)
    {
        RoundOptions[] rounds =
        [
            .. root.Map(
                "rounds",
                "Rounds of distillation by name, in the order in which they run. The first teacher is the fine-tuned network, "
                    + "each next one the student before. null removes a round of a preset.")
                .Select(round => RoundOptions.Read(round, root)),
        ];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var round in rounds)
        {
            if (new[] { round.Name, round.Result }.FirstOrDefault(IsTaken) is { } taken)
            {
                throw root.Error(
                    "rounds",
                    $"found a round or result named \"{taken}\", which is the name of another stage or result; choose another name");
            }

            if (!seen.Add(round.Result))
            {
                throw root.Error("rounds", $"found two rounds with the result \"{round.Result}\", expected a different name for each");
            }
        }

        // The student of such a round expects the estimated frequencies. A second estimate would take it to expect those of the labels.
        var estimates = rounds.Where(round => round.Student.Options.ClassFrequencies == ClassFrequencies.Estimated);
        return estimates.ElementAtOrDefault(1) is { } again
            ? throw root.Error(
                "rounds",
                $"found \"classFrequencies\": \"estimated\" in {again.Name} and in a round before it, whose student has learned these "
                    + "frequencies already; set as-labeled in all rounds but the first")
            : rounds;
    }

    private static bool IsTaken(string name) => StageNames.IsTaken(name) || RivalBlocks.IsTaken(name);

    private static IReadOnlyList<string> PublishableOf(
        IReadOnlyList<RoundOptions> rounds, ProbeOptions? probe, FineTuneOptions finetune, bool usesEncoders) =>
    [
        .. finetune.FromLayer == 0 && !usesEncoders ? [StageNames.Teacher] : Array.Empty<string>(),
        .. probe is not null ? [StageNames.Linear] : Array.Empty<string>(),
        .. rounds.Select(round => round.Result),
    ];
}
