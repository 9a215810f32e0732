using System.Text.Json.Nodes;
using Distill.Pipeline.Storage;
using Tests.Encoders;
using Tests.Pipeline;

namespace Tests.Cli;

/// <summary>The whole pipeline with a frozen encoder as the teacher.</summary>
[Trait("Category", "Process")]
public sealed class EncoderPipelineTests : IDisposable
{
    private readonly TinyPipeline _pipeline = new();
    private readonly TempFolder _models = new();
    private readonly string _encoder;

    public EncoderPipelineTests()
    {
        // Columns of the 28×28 images at the encoder's own size.
        _encoder = EncoderModels.Columns(_models, "columns.onnx", 32, 8);
        _pipeline.Write(WithEncoder);
    }

    public void Dispose()
    {
        _pipeline.Dispose();
        _models.Dispose();
    }

    [Fact]
    public void Encoder_teaches_a_student_whose_card_names_it()
    {
        var run = DistillProcess.Run(_pipeline.Folder, "run");
        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Contains("classify: done", run.Output);
        Assert.DoesNotContain("pretrain", run.Output);

        var published = Path.Combine(_pipeline.Models, "published", "self-distilled");
        var card = File.ReadAllText(Path.Combine(published, "README.md"));
        Assert.Contains(
            $"* classify: logistic regression on the frozen features of columns (SHA-256 {FileHash.OfFile(_encoder)})", card);
        Assert.Contains("The encoder columns that taught it: cc-by-4.0.", card);
        Assert.Contains(FileHash.OfFile(_encoder), File.ReadAllText(Path.Combine(published, "provenance.json")));

        // Ten classes; columns tell trousers from shirts.
        var results = JsonNode.Parse(File.ReadAllText(Path.Combine(_pipeline.Models, "results.json")))!["rows"]!.AsArray();
        Assert.True(results.Single(row => row!["name"]!.ToString() == "teacher")!["top1"]!.GetValue<double>() > 20);
    }

    [Fact]
    public void Features_are_kept_when_the_labels_change()
    {
        Assert.Equal(0, DistillProcess.Run(_pipeline.Folder, "run").ExitCode);
        var features = Features();
        _pipeline.Write(json =>
        {
            WithEncoder(json);
            json["labels"] = new JsonObject { ["perClass"] = 1 };
        });

        var second = DistillProcess.Run(_pipeline.Folder, "run");

        Assert.True(second.ExitCode == 0, second.Errors);
        Assert.Contains("label: done", second.Output);
        Assert.Equal(features, Features());
    }

    [Fact]
    public void Changed_encoder_makes_the_teacher_stale()
    {
        Assert.Equal(0, DistillProcess.Run(_pipeline.Folder, "run").ExitCode);
        EncoderModels.Columns(_models, "columns.onnx", 32, 4);
        Assert.Contains("input imported/encoder-1 changed", DistillProcess.Run(_pipeline.Folder, "status").Output);
    }

    [Theory]
    [InlineData("probe", "{}", "$.pretrain.encoder: found an encoder and probe, expected one of them")]
    [InlineData("rounds", "{}", "$.publish.student: found nothing to publish")]
    public void Pipeline_that_makes_no_sense_is_refused(string key, string value, string message)
    {
        _pipeline.Write(json =>
        {
            WithEncoder(json);
            json[key] = JsonNode.Parse(value);
        });
        var run = DistillProcess.Run(_pipeline.Folder, "run");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(message, run.Errors);
    }

    private void WithEncoder(JsonObject json) => json["pretrain"] = new JsonObject
    {
        ["encoder"] = new JsonObject { ["file"] = _encoder, ["license"] = "cc-by-4.0" },
    };

    private string[] Features() =>
    [
        .. Directory.GetFiles(Path.Combine(_pipeline.Folder, "data", "encoders", "features"), "*.parquet", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal),
    ];
}
