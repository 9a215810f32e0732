using Distill.Datasets.Options;
using Distill.FineTune;
using Distill.Imaging.Splits;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using Distill.Pipeline.Options;
using Distill.Pretrain;
using Distill.Probe;
using Distill.Publish;
using Distill.Supervised;

namespace Distill.Cli.Plan;

/// <summary>A whole pipeline.json, read and validated; each block's meaning is beside its stage.</summary>
internal sealed record PipelineOptions(
    string Name,
    RunSettings Settings,
    DatasetOptions Dataset,
    LabelSplitOptions Labels,
    PretrainOptions Pretrain,
    OptionSnapshot PretrainKey,
    FineTuneOptions FineTune,
    OptionSnapshot FineTuneKey,
    IReadOnlyList<RoundOptions> Rounds,
    SupervisedOptions Supervised,
    OptionSnapshot SupervisedKey,
    ProbeOptions Probe,
    OptionSnapshot ProbeKey,
    PublishOptions Publish)
{
    /// <param name="pipeline">A file, or the name of a shipped preset.</param>
    /// <param name="seed">Replaces the file's seed, and runs in a folder of its own; null to leave it.</param>
    /// <exception cref="UserException">Anything at all is wrong with it; the message has file and JSON path.</exception>
    public static PipelineOptions Load(string pipeline, int? seed = null)
    {
        var root = PipelineFile.Load(Presets.Locate(pipeline), Presets.Text);
        var options = Read(root);
        root.RefuseUnknownKeys();
        return seed is not { } given ? options : options with
        {
            Name = FormattableString.Invariant($"{options.Name}-seed-{given}"),
            Settings = options.Settings with { Seed = given },
            Labels = options.Labels with { Seed = given },
            Publish = options.Publish with { HeldOut = options.Publish.HeldOut is { } labels ? labels with { Seed = given } : null },
        };
    }

    /// <summary>Reads every block; the caller then refuses the keys that nobody read.</summary>
    public static PipelineOptions Read(JsonSection root)
    {
        var name = root.Text("name", "pipeline");
        if (name.Length == 0 || name.StartsWith('.') || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')))
        {
            throw root.Error("name", $"found \"{name}\", expected letters, digits, '-', '_' and '.', because it becomes a folder name");
        }

        var settings = RunSettings.Read(root);
        var pretrain = PretrainOptions.Read(root.Section("pretrain"));
        var finetune = FineTuneOptions.Read(root.Section("finetune"), pretrain.Head.Layers);
        var probe = ProbeOptions.Read(root.Section("probe"));
        if (finetune.Weights is not null && (pretrain.Weights is not null || probe.Labels != ProbeLabels.None))
        {
            throw root.Section("finetune").Error("weights", "found the weights of a classifier, but pretrain.weights or probe.labels needs a pretrained encoder; remove one of them");
        }

        var rounds = root.Sections("rounds").Select(RoundOptions.Read).ToList();
        if (rounds.Find(round => Names.IsTaken(round.Name) || Names.IsTaken(round.ResultName)) is { } taken)
        {
            throw root.Error("rounds", $"found a round named \"{taken.Name}\", which is the name of another stage or result; choose another name");
        }

        if (rounds.GroupBy(round => round.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw root.Error("rounds", $"found two rounds named \"{twice.Key}\", expected a different name for each");
        }

        var dataset = DatasetOptions.Read(root.Section("dataset"));
        var supervised = SupervisedOptions.Read(root.Section("supervised"), rounds.LastOrDefault()?.Student.Network ?? pretrain.Network);
        CheckChannels(root.Section("pretrain"), pretrain.Network, dataset);
        CheckChannels(root.Section("supervised"), supervised.Network, dataset);
        foreach (var (section, round) in root.Sections("rounds").Zip(rounds))
        {
            CheckChannels(section.Section("student"), round.Student.Network, dataset);
        }

        return new PipelineOptions(
            name,
            settings,
            dataset,
            LabelSplitOptions.Read(root.Section("labels"), (int)settings.Seed),
            pretrain,
            new OptionSnapshot(root.Section("pretrain")),
            finetune,
            new OptionSnapshot(root.Section("finetune")),
            rounds,
            supervised,
            new OptionSnapshot(root.Section("supervised"), except: "labels"),
            probe,
            new OptionSnapshot(root.Section("probe")),
            PublishOptions.Read(root.Section("publish"), PublishableOf(rounds, probe, finetune), (int)settings.Seed));
    }

    /// <summary>What is a plain ResNet and can be published as one, the default last.</summary>
    public IReadOnlyList<string> Publishable => PublishableOf(Rounds, Probe, FineTune);

    private static IReadOnlyList<string> PublishableOf(IReadOnlyList<RoundOptions> rounds, ProbeOptions probe, FineTuneOptions finetune) =>
    [
        .. finetune.FromLayer == 0 ? [Names.Teacher] : Array.Empty<string>(),
        .. probe.Labels != ProbeLabels.None ? [Names.Linear] : Array.Empty<string>(),
        .. rounds.Select(round => round.ResultName),
    ];

    /// <summary>The network that fine-tuning makes of the pretrained one.</summary>
    public ClassifierSource Teacher => OnEncoder($"finetune/{FineTuneStage.Output}", FineTune.FromLayer);

    /// <summary>The pretrained encoder with a linear classifier.</summary>
    public ClassifierSource Linear => OnEncoder($"probe/{ProbeStage.Output}", fromLayer: 0);

    private static void CheckChannels(JsonSection section, NetworkOptions network, DatasetOptions dataset)
    {
        if (network.Normalization?.Fits(dataset.Channels) == false)
        {
            throw section.Section("network").Error("mean", $"found {network.Normalization.Mean.Count} values, expected {dataset.Channels}, one per channel of the images");
        }
    }

    private ClassifierSource OnEncoder(string artifact, int fromLayer) => new(
        artifact,
        (channels, classes, generator) =>
            new FineTunedNetwork(Pretrain.Network, Pretrain.Head, fromLayer, channels, classes, generator));
}
