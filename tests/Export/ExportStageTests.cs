using Distill.Artifacts;
using Distill.Export;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Export;

[Collection(TorchTests.Name)]
[Trait("Category", "Slow")]
public sealed class ExportStageTests : IDisposable
{
    private static readonly ClassifierSource Student = TinyNetworks.Student("distill");

    private readonly StageFixture _fixture = new();
    private readonly TinyDataset _dataset = new();

    public ExportStageTests()
    {
        _fixture.Inputs[Student.Artifact] = TinyNetworks.Write(_fixture.Folder, "student.safetensors", Student);
        ExportStage.Run(_fixture.Context("export"), Student, StageFixture.Settings, _dataset, temperature: null);
    }

    private string Folder => _fixture.Folder[ExportStage.Output];

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Exported_models_have_the_accuracy_of_a_plain_computation()
    {
        var test = _dataset.Test();
        var logits = PlainInference.Logits(Student, _fixture.Inputs[Student.Artifact], test);

        var fp32 = ExportsFile.Read(Folder).Models[0];
        Assert.Equal(PlainInference.Top1(logits, test.Labels), fp32.Top1, 0.0051);
        Assert.Equal(PlainInference.NegativeLogLikelihood(logits, test.Labels), fp32.NegativeLogLikelihood, 0.000051);
        Assert.Equal(PlainInference.CalibrationError(logits, test.Labels), fp32.CalibrationError, 0.000051);
        Assert.Equal(100, fp32.Agreement);
    }

    [Fact]
    public void Folder_has_the_files_of_every_listed_model_and_no_others()
    {
        var models = ExportsFile.Read(Folder).Models;
        Assert.Equal("fp32", models[0].Name);
        Assert.Equal(
            models.SelectMany(model => model.Files).Append(ExportsFile.FileName).Order(StringComparer.Ordinal),
            _fixture.Folder.Names(ExportStage.Output));
        Assert.All(models, model => Assert.Equal(model.Bytes, model.Files.Sum(file => new FileInfo(Path.Combine(Folder, file)).Length)));
    }

    /// <summary>A refusal computes the network in fp64 first, and must leave it as it was.</summary>
    [Fact]
    public void Model_of_other_weights_is_refused()
    {
        using var scope = NewDisposeScope();
        var train = _dataset.Train();
        using var network = Student.Load(
            _fixture.Inputs[Student.Artifact], train.Shape.Channels, train.ClassNames.Count, new Compute(CPU, Bf16: false));
        using var images = CalibrationImages.Load(train, loaderThreads: 1);
        var exporter = new FormatExporter(network, train, images, _ => { });
        var path = Path.Combine(Folder, OnnxModelFiles.Fp32File);
        exporter.Check(path);

        using (no_grad())
        {
            network.parameters().Last().add_(0.01);
        }

        var message = Assert.Throws<InvalidDataException>(() => exporter.Check(path)).Message;
        Assert.Contains("the exported model's logits differ from the network's by 0.0", message);
        Assert.All(network.parameters(), parameter => Assert.Equal(ScalarType.Float32, parameter.dtype));
    }

    [Fact]
    public void Progress_grows_to_its_total()
    {
        var steps = _fixture.Reports.ConvertAll(report => report.Done);
        Assert.Equal(steps.Order(), steps);
        Assert.All(_fixture.Reports, report => Assert.InRange(report.Done, 1, report.Total));
        Assert.Equal(_fixture.Reports[^1].Total, _fixture.Reports[^1].Done);
    }
}
