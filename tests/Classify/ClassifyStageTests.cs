using Distill.Classify;
using Distill.Encoders;
using Distill.Imaging.Augmentation;
using Distill.Imaging.Evaluation;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Pipeline.Storage;
using Tests.Encoders;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Classify;

[Collection(TorchTests.Name)]
public sealed class ClassifyStageTests : IDisposable
{
    private const int Thirds = 3;

    private static readonly int[] Labeled = [.. Enumerable.Range(0, 18)];
    private static readonly ClassifyOptions Options = new(1, new CropOptions((0.6, 1), (0.75, 4.0 / 3), 0), 3);

    private readonly StageFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Teacher_learns_the_labeled_images(int views)
    {
        var result = Run(new TinyDataset(), Options with { ViewsPerImage = views });
        using var scope = NewDisposeScope();
        using var teacher = Open(TinyDataset.Classes);
        Weights.Load(teacher, _fixture.Folder[ClassifyStage.Output]);
        using var bank = global::Distill.Imaging.Loading.ImageBank.Open(new TinyDataset().Test(), CPU, 1);
        Assert.InRange(Accuracy.Top1(teacher, bank, StageFixture.Settings.Compute), 80, 100);
        Assert.Equal(18, result.Metrics["labels"]!.GetValue<int>());
        Assert.InRange(result.Metrics["heldOutTop1"]!.GetValue<double>(), 60, 100);
        Assert.Contains("columns.onnx: images of ", Assert.Single(_fixture.Notes));
    }

    [Fact]
    public void Labels_of_unlabeled_images_are_never_read()
    {
        Run(new TinyDataset(), Options);
        var hash = FileHash.OfFile(_fixture.Folder[ClassifyStage.Output]);
        Run(
            new TinyDataset { Relabel = (image, label) => image < Labeled.Length ? label : (label + 1) % TinyDataset.Classes }, Options);
        Assert.Equal(hash, FileHash.OfFile(_fixture.Folder[ClassifyStage.Output]));
    }

    [Fact]
    public void Cancellation_stops_the_stage()
    {
        using var fixture = new StageFixture { CancelAt = 1 };
        Assert.Throws<OperationCanceledException>(() => Run(new TinyDataset(), Options, fixture));
        Assert.False(File.Exists(fixture.Folder[ClassifyStage.Output]));
    }

    private StageResult Run(TinyDataset dataset, ClassifyOptions options, StageFixture? fixture = null)
    {
        var run = fixture ?? _fixture;
        return ClassifyStage.Run(
            run.Context("classify"), options, StageFixture.Settings, dataset, TinyDataset.Labeled(run.Folder, "labels.txt", Labeled), Open);
    }

    /// <summary>An encoder whose features are the means of the three vertical thirds of the image.</summary>
    private EncoderTeacher Open(int classes) => new(
        [EncoderModels.Options(EncoderModels.Columns(_fixture.Folder, "columns.onnx", TinyDataset.Side, Thirds))],
        _fixture.Folder["features"],
        classes,
        _ => { });
}
