using Distill.Cli.Drafting;
using Distill.Cli.Planning;
using Distill.Distill;

namespace Tests.Cli.Drafting;

/// <summary>The choices of <c>distill init</c>: each follows from what the images are like.</summary>
public sealed class DraftTests
{
    private static readonly DraftSteps Steps = new(500, 300, 700, 1000, 4);
    private static readonly DataFacts Photos = new(5000, 5000, 500, [1000, 4000], 375, 640, Square: false, Gray: false);
    private static readonly DataFacts Icons = new(5000, 26, 500, [13, 13], 64, 64, Square: true, Gray: false);

    [Theory]
    [InlineData(20, 32)]
    [InlineData(32, 32)]
    [InlineData(64, 64)]
    [InlineData(96, 96)]
    [InlineData(375, 64)]
    public void Size_keeps_the_details_of_small_images(int shorterSide, int size) =>
        Assert.Equal(size, Read(Photos with { ShorterSide = shorterSide }).Dataset.ImageSize);

    [Fact]
    public void Photographs_are_shrunk_when_they_are_decoded_and_cropped_in_evaluation()
    {
        var options = Read(Photos);
        Assert.Equal(128, options.Dataset.ShorterSide);
        Assert.Equal(0.875, options.Dataset.CenterCrop);
    }

    [Fact]
    public void Small_square_images_are_seen_whole()
    {
        var options = Read(Icons);
        Assert.Null(options.Dataset.ShorterSide);
        Assert.Equal(1, options.Dataset.CenterCrop);
    }

    [Fact]
    public void An_encoder_gets_larger_images_and_replaces_pretraining()
    {
        var options = Read(Photos, encoder: "imagenet-resnet18");
        Assert.Equal(256, options.Dataset.ShorterSide);
        Assert.True(options.UsesEncoders);
        Assert.Single(options.Rounds);
    }

    [Fact]
    public void Frequencies_are_estimated_if_labels_are_drawn_per_class()
    {
        Assert.Equal(ClassFrequencies.Estimated, FrequenciesOf(Read(Icons)));
        Assert.Equal(ClassFrequencies.Estimated, FrequenciesOf(Read(Photos, perClass: 13)));
        Assert.Equal(ClassFrequencies.AsLabeled, FrequenciesOf(Read(Photos)));
        Assert.Equal(ClassFrequencies.AsLabeled, FrequenciesOf(Read(Photos with { ClassCounts = [2500, 2500] })));
        Assert.Equal(ClassFrequencies.AsLabeled, Read(Icons).Rounds[1].Student.Options.ClassFrequencies);
    }

    [Fact]
    public void Gray_images_have_one_channel() => Assert.Equal(1, Read(Photos with { Gray = true }).Dataset.Channels);

    [Fact]
    public void Batch_is_not_larger_than_the_images() =>
        Assert.Equal(40, Read(Photos with { Images = 41 }).Pretrain.Options.Training.BatchSize);

    private static ClassFrequencies FrequenciesOf(PipelineOptions options) => options.Rounds[0].Student.Options.ClassFrequencies;

    private static PipelineOptions Read(DataFacts facts, string? encoder = null, int? perClass = null) =>
        new Draft(new DraftOptions("data/photos", "photos", 30, encoder, perClass, "cpu"), facts).Read(Steps);
}
