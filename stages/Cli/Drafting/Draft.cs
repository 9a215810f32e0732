using System.Text.Json.Nodes;
using Distill.Cli.Planning;
using Distill.Pipeline.Options;

namespace Distill.Cli.Drafting;

/// <summary>A pipeline that suits a folder of images, with the reason of each choice in a comment.</summary>
/// <param name="options">What the user asks for.</param>
/// <param name="facts">What the images are like.</param>
internal sealed class Draft(DraftOptions options, DataFacts facts)
{
    /// <summary>Sizes in which networks see images on a CPU; larger ones take too long there.</summary>
    private static readonly int[] Sizes = [32, 64, 96];

    private const int BatchSize = 128;

    /// <summary>Whether the images were made in the size of the network, so that none of them should be cut off.</summary>
    private bool Prepared => facts.Square && facts.ShorterSide <= 1.5 * ImageSize;

    /// <summary>Whether the soft targets get the frequencies of the classes among all images.</summary>
    private bool Estimates => options.PerClass is not null || facts.LabelsPerClass;

    /// <summary>Height and width in which the networks see images.</summary>
    public int ImageSize => Sizes.FirstOrDefault(size => size >= 0.75 * facts.ShorterSide, Sizes[1]);

    /// <summary>Writes the pipeline as JSON.</summary>
    /// <param name="steps">Steps of the stages and views of each image.</param>
    public JsonObject ToJson(DraftSteps steps)
    {
        var json = new JsonObject
        {
            ["// made by"] = FormattableString.Invariant($"distill init, for {options.Minutes:0.#} minutes on this machine; ")
                + "change what you like.",
            ["name"] = options.Name,
            ["device"] = options.Device,
            ["// data"] = FormattableString.Invariant($"{facts.Images:N0} training images, {facts.Labeled:N0} with a class, ")
                + FormattableString.Invariant($"{facts.ClassCounts.Count} classes, {facts.TestImages:N0} test images."),
            ["dataset"] = Dataset(),
            ["// labels"] = options.PerClass is { } asked ? $"{asked} labels per class, as asked for." : "All that the folders give.",
            ["labels"] = options.PerClass is { } number ? new JsonObject { ["perClass"] = number } : new JsonObject { ["fraction"] = 1 },
        };
        if (options.Encoder is { } encoder)
        {
            json["// teacher"] = "A pretrained encoder needs no pretraining here, and knows more than these images can teach.";
            json["pretrain"] = new JsonObject { ["encoder"] = encoder };
        }
        else
        {
            json["// teacher"] = "Pretrained on all images without labels, then fine-tuned. The longer, the better the students, too.";
            json["pretrain"] = new JsonObject
            {
                ["network"] = Network("resnet152", 0.125),
                ["head"] = new JsonObject { ["layers"] = 3, ["output"] = 64 },
                ["temperature"] = 0.2,
                ["steps"] = steps.Pretrain,
                ["batchSize"] = Math.Min(BatchSize, facts.Images / 2 * 2),
                ["groups"] = 2,
                ["optimizer"] = new JsonObject { ["learningRate"] = 0.002, ["warmupFraction"] = 0.1 },
            };
            json["finetune"] = new JsonObject
            {
                ["steps"] = steps.FineTune, ["batchSize"] = 64, ["optimizer"] = new JsonObject { ["learningRate"] = 0.0005 },
            };
        }

        json["// rounds"] = FormattableString.Invariant($"A ResNet-50 of a quarter width learns from {steps.Views} views per image. ")
            + (Estimates
                ? "The labels are about equally many per class, so the frequencies of the classes are estimated from all images."
                : "The labels show how frequent the classes are.");
        var rounds = new JsonObject { ["distill"] = Round("distilled", steps, Estimates) };
        if (options.Encoder is null)
        {
            rounds["self-distill"] = Round("self-distilled", steps, estimates: false);
        }

        json["rounds"] = rounds;
        json["// supervised"] = "The baseline: the same student from the labels alone.";
        json["supervised"] = new JsonObject { ["steps"] = steps.Supervised, ["batchSize"] = 64 };
        return json;
    }

    /// <summary>Reads the pipeline as if it were a file.</summary>
    public PipelineOptions Read(DraftSteps steps)
    {
        var root = PipelineFile.Parse(ToJson(steps).ToJsonString(), "the drafted pipeline", Presets.Text);
        var pipeline = PipelineOptions.Read(root);
        root.RefuseUnknownKeys();
        return pipeline;
    }

    private JsonObject Dataset()
    {
        var dataset = new JsonObject { ["kind"] = "folder", ["folder"] = options.Folder };
        if (options.Layout.Train is { } train)
        {
            dataset["// train"] = "The folder has no train/; the folders in it are the classes.";
            dataset["train"] = train;
        }

        if (options.Layout.TestFraction is { } fraction)
        {
            dataset["// testFraction"] = FormattableString.Invariant($"The folder has no test/; {100 * fraction:0} % of each class ")
                + "are held out, chosen by the hash of their content, and used for measuring only.";
            dataset["testFraction"] = fraction;
        }

        dataset["// imageSize"] = FormattableString.Invariant($"The median shorter side is {facts.ShorterSide} pixels; ")
            + (ImageSize >= 0.75 * facts.ShorterSide ? "this size keeps the details." : "a larger size takes too long on a CPU.");
        dataset["imageSize"] = ImageSize;
        if (facts.Gray)
        {
            dataset["// channels"] = "No image has color.";
            dataset["channels"] = 1;
        }

        if (Prepared)
        {
            dataset["// centerCrop"] = "The images are square and small: evaluations see all of them.";
            dataset["centerCrop"] = 1;
        }

        // An encoder sees views at its own size, which is 224 for most.
        var side = options.Encoder is null ? 2 * ImageSize : Math.Max(256, 2 * ImageSize);
        if (facts.ShorterSide > side)
        {
            dataset["// shorterSide"] = "Larger images are shrunk to this when they are decoded; crops of them still have enough pixels.";
            dataset["shorterSide"] = side;
        }

        return dataset;
    }

    private JsonObject Round(string result, DraftSteps steps, bool estimates)
    {
        var student = new JsonObject
        {
            ["network"] = Network("resnet50", 0.25),
            ["steps"] = steps.Student,
            ["batchSize"] = BatchSize,
            ["groups"] = 2,
            ["optimizer"] = new JsonObject { ["learningRate"] = 0.002 },
        };
        if (estimates)
        {
            student["classFrequencies"] = "estimated";
        }

        return new JsonObject
        {
            ["result"] = result,
            ["label"] = new JsonObject
            {
                ["viewsPerImage"] = steps.Views, ["crop"] = new JsonObject { ["area"] = new JsonArray(0.5, 1) },
            },
            ["student"] = student,
        };
    }

    private JsonObject Network(string architecture, double width) => new()
    {
        ["architecture"] = architecture,
        ["width"] = width,
        ["stem"] = ImageSize <= 32 ? "half" : "imagenet",
    };
}
