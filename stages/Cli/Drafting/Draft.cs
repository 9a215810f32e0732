using System.Text.Json.Nodes;
using Distill.Cli.Planning;
using Distill.Datasets.Options;
using Distill.Pipeline.Options;

namespace Distill.Cli.Drafting;

/// <summary>A pipeline that suits a folder of images, with the reason of each choice in a comment.</summary>
/// <param name="options">What the user asks for.</param>
/// <param name="facts">What the images are like.</param>
internal sealed class Draft(DraftOptions options, DataFacts facts)
{
    /// <summary>Sizes in which networks see images.</summary>
    private static readonly int[] Sizes = [32, 64, 96, 128, 224];

    /// <summary>Time from which a CPU can train on images larger than 64 pixels, in minutes.</summary>
    private const double MinutesForLarge = 120;

    /// <summary>Part of the shorter side that must be left for the details of small images.</summary>
    private const double Detail = 0.75;

    /// <summary>Width by height of most photographs.</summary>
    private const double TypicalAspect = 1.4;

    /// <summary>Whether the images were made in the size of the network, so that none of them should be cut off.</summary>
    private bool Prepared => facts.Square && facts.ShorterSide <= 1.5 * ImageSize;

    /// <summary>Whether the soft targets get the frequencies of the classes among all images.</summary>
    private bool Estimates => options.PerClass is not null || facts.LabelsPerClass;

    /// <summary>Height and width in which the networks see images.</summary>
    public int ImageSize => Sizes.FirstOrDefault(size => size >= Detail * facts.ShorterSide || size == LargestSize);

    /// <summary>The largest size that leaves enough steps in the time.</summary>
    private int LargestSize => options.OnGpu ? 224 : options.Minutes >= MinutesForLarge ? 96 : 64;

    /// <summary>
    /// Whether all decoded images fit into the memory that the dataset keeps for them, as far as the median size tells. If not, nearly
    /// every step decodes its images again.
    /// </summary>
    public bool FitsInCache(DatasetOptions dataset)
    {
        var side = Math.Min(dataset.ShorterSide ?? facts.ShorterSide, facts.ShorterSide);
        return dataset.Channels * (double)side * side * TypicalAspect * facts.Images < dataset.CacheMiB * (double)(1 << 20);
    }

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
                + FormattableString.Invariant($"{facts.LabelCounts.Count} classes, {facts.TestImages:N0} test images."),
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
                ["batchSize"] = BatchSizes.Pretrain(facts),
                ["groups"] = 2,
                ["optimizer"] = new JsonObject { ["learningRate"] = 0.002, ["warmupFraction"] = 0.1 },
            };
            json["finetune"] = new JsonObject
            {
                ["steps"] = steps.FineTune,
                ["batchSize"] = BatchSizes.Labeled,
                ["optimizer"] = new JsonObject { ["learningRate"] = 0.0005 },
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
        json["supervised"] = new JsonObject { ["steps"] = steps.Supervised, ["batchSize"] = BatchSizes.Labeled };
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
            dataset["// train"] = train == "." ? "The folder has no train/; its folders are the classes." : "The folder for training.";
            dataset["train"] = train;
        }

        if (options.Layout.Test is { } test)
        {
            dataset["test"] = test;
        }

        if (options.Layout.TestFraction is { } fraction)
        {
            dataset["// testFraction"] = FormattableString.Invariant($"The folder has no test/; {100 * fraction:0} % of each class ")
                + "are held out, chosen by the hash of their content, and used for measuring only.";
            dataset["testFraction"] = fraction;
        }

        dataset["// imageSize"] = FormattableString.Invariant($"The median shorter side is {facts.ShorterSide} pixels; ")
            + (ImageSize >= Detail * facts.ShorterSide ? "this size keeps the details."
                : $"a larger size takes too long on {(options.OnGpu ? "a small GPU" : "a CPU")}.");
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
            ["batchSize"] = BatchSizes.Student,
            ["groups"] = 2,
            ["optimizer"] = new JsonObject { ["learningRate"] = 0.002 },
        };
        if (estimates)
        {
            student["classFrequencies"] = "estimated";
        }

        var label = new JsonObject { ["viewsPerImage"] = steps.Views };
        if (options.Encoder is not null)
        {
            // An encoder was not trained on small parts of images.
            label["crop"] = new JsonObject { ["area"] = new JsonArray(0.5, 1) };
        }

        return new JsonObject { ["result"] = result, ["label"] = label, ["student"] = student };
    }

    private JsonObject Network(string architecture, double width) => new()
    {
        ["architecture"] = architecture,
        ["width"] = width,
        ["stem"] = ImageSize <= 32 ? "half" : "imagenet",
    };
}
