using Distill.Cli.Drafting;
using Distill.Cli.Planning;
using Distill.Distill;

namespace Tests.Cli.Drafting;

/// <summary>The choices of <c>distill init</c>: each follows from what the images are like.</summary>
public sealed class DraftTests
{
    private static readonly DraftSteps Steps = new(500, 300, 700, 1000, 4);
    private static readonly DataFacts Photos = new(5000, 5000, 500, [1000, 4000], 375, Square: false, Gray: false);
    private static readonly DataFacts Icons = new(5000, 26, 500, [13, 13], 64, Square: true, Gray: false);

    [Theory]
    [InlineData(20, 32)]
    [InlineData(32, 32)]
    [InlineData(64, 64)]
    [InlineData(96, 64)]
    [InlineData(375, 64)]
    [InlineData(96, 96, 120)]
    [InlineData(128, 96, 120)]
    [InlineData(129, 96, 120)]
    [InlineData(64, 64, 30, true)]
    [InlineData(128, 96, 30, true)]
    [InlineData(375, 224, 30, true)]
    public void Size_keeps_the_details_of_small_images(int shorterSide, int size, double minutes = 30, bool onGpu = false) =>
        Assert.Equal(size, Read(Photos with { ShorterSide = shorterSide }, minutes: minutes, onGpu: onGpu).Dataset.ImageSize);

    [Fact]
    public void Larger_images_are_never_seen_smaller()
    {
        foreach (var (minutes, onGpu) in new[] { (30.0, false), (200, false), (30, true) })
        {
            var sizes = Enumerable.Range(8, 500).Select(side => DraftOf(Photos with { ShorterSide = side }, minutes, onGpu).ImageSize);
            Assert.Equal(sizes.Order(), sizes);
        }
    }

    [Fact]
    public void Layout_of_the_folder_becomes_options()
    {
        var layout = new FolderLayout("Training", "val", null);
        var options = new DraftOptions("data/photos", "photos", 30, null, null, "cpu") { Layout = layout };
        var dataset = new Draft(options, Photos).Read(Steps).Dataset;
        Assert.Equal(("Training", "val", (double?)null), (dataset.Train, dataset.Test, dataset.TestFraction));
    }

    [Theory]
    [InlineData(1000, true)]
    [InlineData(20_000, false)]
    public void Images_are_timed_without_a_cache_if_it_cannot_hold_them(int images, bool fits)
    {
        var draft = DraftOf(Photos with { Images = images });
        Assert.Equal(fits, draft.FitsInCache(draft.Read(Steps).Dataset));
    }

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
        Assert.Equal(ClassFrequencies.AsLabeled, FrequenciesOf(Read(Photos with { LabelCounts = [2500, 2500] })));
        Assert.Equal(ClassFrequencies.AsLabeled, Read(Icons).Rounds[1].Student.Options.ClassFrequencies);
    }

    [Fact]
    public void Gray_images_have_one_channel() => Assert.Equal(1, Read(Photos with { Gray = true }).Dataset.Channels);

    [Fact]
    public void Batch_is_not_larger_than_the_images() =>
        Assert.Equal(40, Read(Photos with { Images = 41 }).Pretrain.Options.Training.BatchSize);

    private static ClassFrequencies FrequenciesOf(PipelineOptions options) => options.Rounds[0].Student.Options.ClassFrequencies;

    private static PipelineOptions Read(
        DataFacts facts, string? encoder = null, int? perClass = null, double minutes = 30, bool onGpu = false) =>
        DraftOf(facts, minutes, onGpu, encoder, perClass).Read(Steps);

    private static Draft DraftOf(
        DataFacts facts, double minutes = 30, bool onGpu = false, string? encoder = null, int? perClass = null) =>
        new(new DraftOptions("data/photos", "photos", minutes, encoder, perClass, "cpu") { OnGpu = onGpu }, facts);
}
