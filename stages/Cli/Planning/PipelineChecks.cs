using Distill.Artifacts;
using Distill.Datasets;
using Distill.Datasets.Options;
using Distill.Distill;
using Distill.Learning.Networks;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;
using Distill.Rivals.Poisson;

namespace Distill.Cli.Planning;

/// <summary>Checks of pipeline.json that concern several blocks.</summary>
internal static class PipelineChecks
{
    /// <summary>Refuses two sources of the teacher, and neighbors without an encoder that finds them.</summary>
    public static void CheckTeacher(PipelineOptions options, JsonSection root)
    {
        if (options.Neighbors is not null && !options.FineTunes)
        {
            throw root.Error(
                "neighbors", "found neighbors and a teacher from elsewhere, expected an encoder of pretrain that finds them; remove one");
        }

        if (!options.UsesEncoders)
        {
            return;
        }

        var other = options.Pretrain.Options.Weights is not null ? "pretrain.weights"
            : options.FineTune.Options.Weights is not null ? "finetune.weights"
            : options.Probe is not null ? "probe"
            : null;
        if (other is not null)
        {
            throw root.Section("pretrain").Error("encoder", $"found an encoder and {other}, expected one of them; remove the other");
        }

        // Its views have another size than the student's, so it cannot label these.
        if (options.Rounds is [{ Targets: TargetsKind.Online }, ..])
        {
            throw root.Map("rounds")[0].Section.Error(
                "targets", "found \"online\", expected \"stored\" in the first round, whose teacher is pretrain.encoder");
        }
    }

    /// <summary>Refuses students that lack what they learn from: a supervised network, or neighbors that an encoder finds.</summary>
    public static void CheckStudents(PipelineOptions options, JsonSection root)
    {
        CheckRivals(options, root);
        if (options.Rivals.HasPoisson && (options.Neighbors is null || options.Probe is null))
        {
            var missing = options.Neighbors is null ? StageNames.Neighbors : StageNames.Probe;
            throw root.Section("rivals").Error(
                PoissonStage.Name,
                $"found {PoissonStage.Name}, which needs neighbors and the encoder of a probe, but the pipeline has no block {missing}; "
                + $"add \"{missing}\": {{}}");
        }

        foreach (var (block, round) in Students(options, root))
        {
            if (round.Student.Options.NeighborWeight > 0 && (options.Neighbors is null || round.Targets == TargetsKind.Online))
            {
                throw block.Section("student").Error("neighborWeight", options.Neighbors is null
                    ? "found a weight of neighbors, but the pipeline has no block neighbors; add \"neighbors\": {}"
                    : "found a weight of neighbors beside \"targets\": \"online\", expected stored ones, which are known of all images");
            }
        }
    }

    /// <summary>Refuses steps of methods whose step before is missing.</summary>
    private static void CheckRivals(PipelineOptions options, JsonSection root)
    {
        string[] rows =
        [
            .. options.Supervised is null ? [] : new[] { StageNames.Supervised },
            .. options.Rivals.Methods.Select(method => method.Options.Name),
            .. options.Rivals.Rounds.Select(taught => taught.Round.Name),
        ];
        var needs = options.Rivals.Rounds.Select(taught => (taught.Round.Name, taught.Teacher))
            .Concat(options.Rivals.Tuned.Select(tuned => (tuned.Options.Name, Teacher: tuned.Options.Of)));
        if (needs.FirstOrDefault(need => !rows.Contains(need.Teacher)) is { Name: { } name, Teacher: var missing })
        {
            throw root.Section("rivals").Error(
                name, $"found {name}, which needs the network of {missing}, but the pipeline has no block {missing}; add it");
        }
    }

    /// <summary>Lists the blocks of all rounds, those of the comparison included.</summary>
    private static IEnumerable<(JsonSection Block, RoundOptions Round)> Students(PipelineOptions options, JsonSection root) =>
        root.Map("rounds").Zip(options.Rounds, (entry, round) => (entry.Section, round))
            .Concat(options.Rivals.Rounds.Select(taught => (root.Section("rivals").Section(taught.Round.Name), taught.Round)));

    /// <summary>Refuses folders of images in which this program would write its own files, and then take them for images.</summary>
    public static void CheckFolders(PipelineOptions options, JsonSection root)
    {
        var dataset = options.Dataset;
        if (dataset.Kind != DatasetKind.Folder)
        {
            return;
        }

        string[] read = [dataset.Train ?? "train", dataset.Unlabeled ?? "unlabeled", dataset.Test ?? "test"];
        string[] written =
        [
            Path.Combine("data", options.Name, "soft-targets"), DatasetCatalog.DefaultCache, Path.Combine("data", "encoders"),
            Path.Combine("models", options.Name),
        ];
        var pairs = read.SelectMany(images => written.Select(own => (Images: Path.Combine(dataset.Folder, images), Own: own)));
        if (pairs.FirstOrDefault(pair => FolderPaths.IsInside(pair.Own, pair.Images)) is { Own: { } inside })
        {
            throw root.Section("dataset").Error(
                "folder",
                $"found {dataset.Folder}, but a run writes {inside}, which would be among the images; "
                + "choose another name for the run, or move the images into a folder of their own");
        }
    }

    /// <summary>Refuses a normalization that does not have one value for each channel of the images.</summary>
    public static void CheckChannels(PipelineOptions options, JsonSection root)
    {
        Check(root.Section("pretrain"), options.Pretrain.Options.Network);
        foreach (var (block, round) in Students(options, root))
        {
            Check(block.Section("student"), round.Student.Options.Network);
        }

        if (options.Supervised is not null)
        {
            Check(root.Section("supervised"), options.Supervised.Options.Network);
        }

        var rivals = options.Rivals.Methods.Select(method => method.Options.Network)
            .Concat(options.Rivals.Encoders.Select(encoder => encoder.Options.Network));
        if (rivals.FirstOrDefault() is { } network)
        {
            Check(root.Section("rivals"), network);
        }

        void Check(JsonSection block, NetworkOptions given)
        {
            if (given.Normalization?.Fits(options.Dataset.Channels) == false)
            {
                throw block.Section("network").Error(
                    "mean",
                    FormattableString.Invariant($"found {given.Normalization.Mean.Count} values, expected {options.Dataset.Channels}, ")
                        + "one per channel of the images");
            }
        }
    }
}
