using Distill.Imaging.Augmentation;
using Distill.Imaging.Augmentation.Operations;
using Tests.Pipeline.Options;

namespace Tests.Imaging.Augmentation;

public sealed class AugmentationOptionsTests
{
    [Fact]
    public void Operations_are_read_in_their_order()
    {
        var options = Read("""
            [
              { "operation": "crop", "area": [0.5, 1], "aspect": [1, 2], "flip": 0 },
              { "operation": "flip", "probability": 0.25 },
              { "operation": "jitter", "probability": 1, "brightness": 0.1, "contrast": 0.2, "saturation": 0.3, "hue": 0.4 },
              { "operation": "grayscale", "probability": 0.1 },
              { "operation": "blur", "probability": 0.2, "sigma": [1, 3] },
              { "operation": "cutout", "probability": 0.3, "size": [0.1, 0.2], "value": 0 },
              { "operation": "rotate", "probability": 0.4 },
              { "operation": "noise", "probability": 0, "sigma": [0.1, 0.2] },
              { "operation": "sobel", "probability": 0.6 },
              { "operation": "shift", "probability": 0.7, "size": 0.25 },
              {
                "operation": "rand-augment", "probability": 0.8, "policy": "uda", "layers": 3, "probabilityEach": 0.9,
                "cutoutSize": 0.4, "fill": 0.1
              },
              { "operation": "flip" }
            ]
            """);
        Assert.Equal(new CropOptions((0.5, 1), (1, 2), 0), options.Crop);
        Assert.Equal<ViewOperation>(
            [
                new Flip(0.25), new Jitter(1, 0.1, 0.2, 0.3, 0.4), new Grayscale(0.1), new Blur(0.2, (1, 3)),
                new Cutout(0.3, (0.1, 0.2), 0), new Rotate(0.4), new Noise(0, (0.1, 0.2)), new Sobel(0.6),
                new Shift(0.7, 0.25), new RandAugment(0.8, RandAugmentPolicy.Uda, 3, 0.9, 0.4, 0.1), new Flip(0.5),
            ],
            options.Operations);
    }

    [Fact]
    public void Missing_list_is_replaced_by_the_defaults_of_the_stage()
    {
        var stage = Parsing.Of("{}");
        var options = AugmentationOptions.Read(stage, "crop", "jitter", "grayscale", "blur");

        Assert.Equal(new CropOptions((0.08, 1), (0.75, 4.0 / 3), 0.5), options.Crop);
        Assert.Equal<ViewOperation>(
            [new Jitter(0.8, 0.4, 0.4, 0.4, 0.1), new Grayscale(0.2), new Blur(0.5, (0.1, 2))], options.Operations);

        stage.RefuseUnknownKeys();

        Assert.StartsWith(
            """{"augmentations":[{"area":[0.08,1],"aspect":[0.75,1.3333333333333333],"flip":0.5,"operation":"crop"},{"brightness":0.4,""",
            stage.Canonical().ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void List_replaces_all_defaults_of_the_stage()
    {
        var options = Read("""[ { "operation": "noise" } ]""");
        Assert.Null(options.Crop);
        Assert.Equal<ViewOperation>([new Noise(0.5, (0.02, 0.1))], options.Operations);
        Assert.Empty(Read("[]").Operations);
    }

    [Theory]
    [InlineData(
        """[ { "operation": "crop" }, { "operation": "smudge" } ]""",
        "$.augmentations[1].operation: found \"smudge\", expected one of \"crop\", \"flip\", \"jitter\"")]
    [InlineData("""[ { "probability": 1 } ]""", "$.augmentations[0].operation: found null, expected one of")]
    [InlineData(
        """[ { "operation": "flip" }, { "operation": "crop" } ]""",
        "$.augmentations[1].operation: found \"crop\" after other operations, expected it once, as the first of the list")]
    [InlineData("""[ { "operation": "crop" }, { "operation": "crop" } ]""", "$.augmentations[1].operation: found \"crop\" after")]
    [InlineData(
        """[ { "operation": "jitter", "probability": 1.5 } ]""",
        "$.augmentations[0].probability: found 1.5, expected a number from 0 to 1")]
    [InlineData(
        """[ { "operation": "cutout", "size": [0.5, 2] } ]""",
        "$.augmentations[0].size: found [0.5,2], expected a list of two numbers")]
    [InlineData("""[ { "operation": "blur", "sigma": 2 } ]""", "$.augmentations[0].sigma: found 2, expected a list of two numbers")]
    [InlineData(
        """[ { "operation": "rotate", "degrees": 90 } ]""",
        "$.augmentations[0].degrees: found an unknown key, expected one of operation, probability")]
    [InlineData("""[ "blur" ]""", "$.augmentations[0]: found \"blur\", expected an object")]
    [InlineData("""{ "jitter": 0.8 }""", "$.augmentations: found an object, expected a list of objects")]
    public void Message_names_the_path_of_a_wrong_value(string views, string message) =>
        Assert.Contains(message, Parsing.Message(() => Read(views)), StringComparison.Ordinal);

    private static AugmentationOptions Read(string views)
    {
        var stage = Parsing.Of($$"""{ "augmentations": {{views}} }""");
        var options = AugmentationOptions.Read(stage, "crop", "jitter");
        stage.RefuseUnknownKeys();
        return options;
    }
}
