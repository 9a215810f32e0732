using System.Text.Json.Nodes;
using Distill.Imaging.Augmentation;
using Distill.Pipeline.Options;
using Distill.Rivals;
using Distill.Rivals.Tuning;

namespace Distill.Cli.Planning;

/// <summary>The catalog of all options of pipeline.json, as the code that reads them declares them.</summary>
internal static class OptionCatalog
{
    /// <summary>Reads an example that has every block and every augmentation, and returns it with all declarations.</summary>
    public static JsonSection Read()
    {
        var augmentations = new JsonArray([.. AugmentationOptions.Names.Select(name => new JsonObject { ["operation"] = name })]);
        var example = new JsonObject
        {
            ["dataset"] = new JsonObject { ["kind"] = "folder", ["folder"] = "data/photos" },
            ["labels"] = new JsonObject { ["perClass"] = 1 },
            // The deepest head gives fromLayer its widest range.
            ["pretrain"] = new JsonObject
            {
                ["head"] = new JsonObject { ["layers"] = 8 },
                ["augmentations"] = augmentations.DeepClone(),
                ["encoder"] = "model.onnx",
            },
            ["finetune"] = new JsonObject
            {
                ["augmentations"] = augmentations.DeepClone(),
                ["unlabeled"] = new JsonObject { ["augmentations"] = augmentations.DeepClone() },
            },
            ["rounds"] = new JsonObject { ["NAME"] = new JsonObject() },
            ["supervised"] = new JsonObject { ["augmentations"] = augmentations.DeepClone() },
            ["rivals"] = Rivals(augmentations),
            ["probe"] = new JsonObject(),
            ["neighbors"] = new JsonObject(),
            ["publish"] = new JsonObject { ["heldOut"] = new JsonObject { ["perClass"] = 1 } },
        };
        var root = PipelineFile.Parse(example.ToJsonString(), "example", Presets.Text);
        PipelineOptions.Read(root);
        return root;
    }

    private static JsonObject Rivals(JsonArray augmentations)
    {
        var rivals = new JsonObject { ["augmentations"] = augmentations.DeepClone() };
        foreach (var name in RivalOptions.Names)
        {
            rivals[name] = new JsonObject();
        }

        foreach (var name in EncoderRival.Names)
        {
            rivals[name] = new JsonObject { ["augmentations"] = augmentations.DeepClone() };
        }

        foreach (var name in TaughtRound.Names.Concat(TuneOptions.Names))
        {
            rivals[name] = new JsonObject();
        }

        return rivals;
    }
}
