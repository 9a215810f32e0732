using Distill.Cli.Planning;
using Distill.Learning.Training;
using Distill.Pipeline.Options;

namespace Tests.Cli.Planning;

/// <summary>Tests names and settings of the shipped presets.</summary>
public sealed class PresetTests
{
    // Numbers of images of ImageNet's training split: all of them, 10 % and 1 %.
    private const double ImageNet = 1_281_167;
    private const double Tenth = 128_117;
    private const double Hundredth = 12_811;

    public static TheoryData<string> Names => [.. Presets.Names];

    [Fact]
    public void All_documented_presets_are_shipped() => Assert.Equal(
        [
            "cifar10", "cifar100", "fashion-mnist", "fashion-mnist-10pct", "fashion-mnist-1pct", "fashion-mnist-compare",
            "fashion-mnist-finer", "fashion-mnist-from-zoo", "fashion-mnist-gpu", "fashion-mnist-long", "fashion-mnist-small", "folder",
            "folder-from-onnx", "imagenet-10pct", "imagenet-1pct", "simclr-v1", "simclrv2-152-3x-sk", "smoke",
        ],
        Presets.Names);

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_preset_has_the_name_of_its_file(string preset) =>
        Assert.Equal(preset == "folder" ? "photos" : preset, PipelineOptions.Load(preset).Name);

    /// <summary>
    /// SimCLRv2, section 3: learning rates grow with the square root of the batch size, and the rate of fine-tuning is lower for wide
    /// networks and those with selective kernels. Lengths are given in epochs.
    /// </summary>
    [Fact]
    public void ImageNet_presets_have_the_settings_of_the_paper()
    {
        var options = PipelineOptions.Load("imagenet-10pct");
        var pretrain = options.Pretrain.Options.Training;
        var finetune = options.FineTune.Options.Training;
        var student = options.Rounds[^1].Student.Options.Training;
        var finetuneHundredth = PipelineOptions.Load("imagenet-1pct").FineTune.Options.Training;

        Assert.Equal(0.1 * Math.Sqrt(pretrain.BatchSize), pretrain.Optimizer.LearningRate, 1e-12);
        Assert.Equal(0.002 * Math.Sqrt(finetune.BatchSize), finetune.Optimizer.LearningRate, 1e-12);
        Assert.Equal(800, Epochs(pretrain, ImageNet), 0.1);
        Assert.Equal(30, Epochs(finetune, Tenth), 0.1);
        Assert.Equal(60, Epochs(finetuneHundredth, Hundredth), 0.1);
        Assert.Equal(400, Epochs(student, ImageNet), 0.1);
    }

    private static double Epochs(TrainingOptions training, double images) => training.Steps * (double)training.BatchSize / images;

    [Theory]
    [InlineData("nowhere/smoke")]
    [InlineData("../smoke")]
    [InlineData("smoke/")]
    public void A_path_never_means_a_preset(string path)
    {
        var refused = Assert.Throws<UserException>(() => Presets.Locate(path));

        Assert.Contains("found neither a file nor a preset", refused.Message, StringComparison.Ordinal);
    }

}
