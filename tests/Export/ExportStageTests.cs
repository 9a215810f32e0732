using Distill.Artifacts;
using Distill.Export;
using Distill.Learning.Networks;
using Tests.Learning;

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

    [Fact]
    public void Progress_grows_to_its_total()
    {
        var steps = _fixture.Reports.ConvertAll(report => report.Done);
        Assert.Equal(steps.Order(), steps);
        Assert.All(_fixture.Reports, report => Assert.InRange(report.Done, 1, report.Total));
        Assert.Equal(_fixture.Reports[^1].Total, _fixture.Reports[^1].Done);
    }
}
