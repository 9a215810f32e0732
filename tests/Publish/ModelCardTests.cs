using Distill.Artifacts;
using Distill.Datasets.Images;
using Distill.Learning.Networks;
using Distill.Pipeline.Execution;
using Distill.Publish;

namespace Tests.Publish;

/// <summary>
/// Whole model cards against checked-in ones. After an intended change, run the tests with DISTILL_UPDATE_GOLDEN=1 and review the
/// difference.
/// </summary>
public sealed class ModelCardTests
{
    private const string Training =
        """ "steps": 3000, "batchSize": 256, "optimizer": { "kind": "adamw", "learningRate": 0.001, "weightDecay": 0.0001 } """;

    [Fact]
    public void Card_of_a_distilled_student()
    {
        var network = new NetworkOptions(Architecture.ResNet18, 0.25, Stem.ImageNet);
        var config = new ModelConfig(network, new ImageShape(1, 28, 28), ["T-shirt/top", "Trouser", "Bag"], 1, 0.9431);
        var options = new PublishOptions("self-distilled", "mit", "mit", null, "10,000 labels of training images", null);
        var lineage = new Dictionary<string, LockEntry>
        {
            ["pretrain"] = Stage($$"""{ {{Training}}, "network": { "architecture": "resnet50", "width": 1 } }"""),
            ["finetune"] = Stage($$"""{ {{Training}} }"""),
            ["label"] = Stage("""{ "viewsPerImage": 4, "topK": 0 }"""),
            ["distill"] = Stage($$"""{ {{Training}}, "network": { "architecture": "resnet18", "width": 0.25 } }"""),
            ["temperature"] = Stage("""{ "student": "self-distilled" }"""),
        };

        AssertGolden("distilled.md", new ModelCard(
            config, options, "fashion-mnist", PublishedExample.Results, PublishedExample.Exports, lineage));
    }

    [Fact]
    public void Card_of_an_imported_encoder_with_a_probe()
    {
        var network = new NetworkOptions(
            Architecture.ResNet50, 1, Stem.ImageNet, Normalization: new([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]));
        var config = new ModelConfig(network, new ImageShape(3, 224, 224), ["cat", "dog"], 0.875, 1);
        var options = new PublishOptions("linear", "Apache-2.0", null, "microsoft/cats_vs_dogs", null, null);
        var exports = PublishedExample.Exports with
        {
            Temperature = new FittedTemperature(1, 0),
            Calibration = new Int8Calibration(512, "none"),
            Threads = 1,
            Models = [.. PublishedExample.Exports.Models.Take(1)],
        };
        var lineage = new Dictionary<string, LockEntry>
        {
            ["pretrain"] = Stage("""{ "imported": true, "network": { "architecture": "resnet50", "width": 1 } }"""),
            ["probe"] = Stage("""{ "solver": "lbfgs" }"""),
        };

        AssertGolden("probe.md", new ModelCard(config, options, "cats \"and\" dogs", PublishedExample.Results, exports, lineage));
    }

    [Fact]
    public void Card_of_a_student_of_an_imported_teacher_states_that_no_labels_were_used()
    {
        var config = new ModelConfig(
            new NetworkOptions(Architecture.ResNet18, 1, Stem.Small), new ImageShape(1, 28, 28), ["a", "b"], 1, 1);
        var rows = PublishedExample.Results.Select(row => row with { Labels = 0 }).ToArray();
        var card = new ModelCard(
            config,
            new PublishOptions("teacher", "mit", null, null, null, null),
            "x",
            rows,
            PublishedExample.Exports with { Temperature = new FittedTemperature(1, 0) },
            new Dictionary<string, LockEntry>()).Text();

        Assert.Contains("no labels of the training images were used.\n", card, StringComparison.Ordinal);
        Assert.DoesNotContain("knowledge-distillation", card, StringComparison.Ordinal);
    }

    private static LockEntry Stage(string options) => PublishedExample.Entry(options);

    private static void AssertGolden(string name, ModelCard card)
    {
        var path = Path.Combine(Repository.Root, "tests", "Publish", "Golden", name);
        var text = card.Text();
        if (Environment.GetEnvironmentVariable("DISTILL_UPDATE_GOLDEN") is not null)
        {
            File.WriteAllText(path, text);
        }

        Assert.Equal(File.ReadAllText(path), text);
    }
}
