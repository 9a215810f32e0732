using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Imaging.Augmentation;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Options;
using Distill.Pipeline.Storage;

namespace Distill.Cli.Planning;

/// <summary>
/// The pipelines of a grid of augmentations: a short pretraining for each operation alone and each pair of operations, and a linear probe
/// (SimCLR, section 3.1 and figure 5).
/// </summary>
/// <param name="Name">Name of the pipeline that the others are made from.</param>
/// <param name="Operations">The operations, in the order of the grid.</param>
/// <param name="Cells">The pipelines.</param>
internal sealed record AugmentationGrid(string Name, IReadOnlyList<string> Operations, IReadOnlyList<GridPipeline> Cells)
{
    /// <summary>Operations that the paper's figure compares; jitter is its color distortion.</summary>
    public static readonly IReadOnlyList<string> Usual = ["crop", "cutout", "jitter", "sobel", "noise", "blur", "rotate"];

    private const string Crop = "crop";

    /// <summary>The folder of the pipelines, of the grid's page and of its figures.</summary>
    public string Folder => FolderOf(Name);

    /// <summary>Writes the pipelines of a grid, and reads them.</summary>
    /// <param name="pipeline">A file, or the name of a shipped preset.</param>
    /// <param name="operations">Names of operations. Those in the pipeline's own list have its values, others their defaults.</param>
    /// <param name="steps">Steps of each pretraining; null for those of the pipeline.</param>
    public static AugmentationGrid Create(string pipeline, IReadOnlyList<string> operations, int? steps)
    {
        string[] names = [.. operations.Distinct().OrderBy(name => name == Crop ? 0 : 1)];
        if (names.FirstOrDefault(name => !AugmentationOptions.Names.Contains(name)) is { } unknown)
        {
            throw new UserException(
                $"--operations: found \"{unknown}\", expected one of {string.Join(", ", AugmentationOptions.Names)}");
        }

        var name = PipelineOptions.Load(pipeline).Name;
        var own = PipelineFile.Merged(Presets.Locate(pipeline), Presets.Text);
        var listed = own["pretrain"]?["augmentations"]?.AsArray() ?? [];
        Durable.MakeFolder(FolderOf(name));
        var pairs = names.SelectMany((_, first) => Enumerable.Range(first, names.Length - first).Select(second => (first, second)));
        return new AugmentationGrid(name, names, [.. pairs.Select(pair => Write(pair.first, pair.second))]);

        GridPipeline Write(int first, int second)
        {
            string[] chosen = first == second ? [names[first]] : [names[first], names[second]];
            var json = (JsonObject)own.DeepClone();
            json["name"] = $"{name}-grid-{string.Join('-', chosen)}";
            var pretrain = json["pretrain"] as JsonObject ?? [];
            json["pretrain"] = pretrain;
            pretrain["augmentations"] = new JsonArray([.. chosen.Select(Operation)]);
            if (steps is { } given)
            {
                pretrain["steps"] = given;
            }

            // An encoder from a file, or from elsewhere, would be the same in every cell.
            pretrain.Remove("weights");
            pretrain.Remove("encoder");
            json["probe"] = new JsonObject { ["labels"] = "all", ["solver"] = "lbfgs", ["neighbors"] = false };
            json["publish"] = new JsonObject { ["student"] = StageNames.Linear };
            foreach (var unused in new[] { "rounds", "supervised", "rivals", "neighbors" })
            {
                json[unused] = null;
            }

            var path = Path.Combine(FolderOf(name), string.Join('-', chosen) + ".json");
            Durable.WriteText(path, json.ToFileText());
            return new GridPipeline(first, second, PipelineOptions.Load(path));
        }

        JsonNode Operation(string operation) =>
            listed.FirstOrDefault(entry => (string?)entry!["operation"] == operation)?.DeepClone()
            ?? new JsonObject { ["operation"] = operation };
    }

    private static string FolderOf(string name) => Path.Combine("models", $"{name}-grid");
}

/// <summary>A pipeline of a grid.</summary>
/// <param name="First">Index of the operation that comes first.</param>
/// <param name="Second">Index of the second operation; that of the first one for an operation alone.</param>
/// <param name="Options">The pipeline.</param>
internal sealed record GridPipeline(int First, int Second, PipelineOptions Options)
{
    /// <summary>
    /// Reads the accuracy of the linear probe on held-out training images, in percent. The probe must be done. No test image takes part, so
    /// a grid may choose augmentations.
    /// </summary>
    public double Top1()
    {
        var manifest = RunManifest.Load(Path.Combine("models", Options.Name, PipelineRunner.LockFile), Console.Error.WriteLine);
        return manifest.Stages[StageNames.Probe].Metrics["heldOutTop1"]!.GetValue<double>();
    }
}
