using System.Text.Json;
using Distill.Artifacts;
using Tests.Pipeline;

namespace Tests.Artifacts;

public sealed class ExportsFileTests : IDisposable
{
    private static readonly ExportsFile Example = new(
        1000,
        new FittedTemperature(1.25, 50),
        new Int8Calibration(512, "percentile 99.99"),
        64,
        2,
        new EagerLatency(0.5, 4.125),
        [
            new ExportedModel("fp32", ["model.onnx", "model.onnx.data"], 3_000_000_000, 90, 100, 0.01, 0.3, 0.25, 2),
            new ExportedModel("int8", ["model.int8.onnx"], 800, 89.5, 98.7, 0.0125, 0.31, 0.1, 1),
        ]);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Written_file_is_read_back()
    {
        Example.Write(_folder.Path);
        Assert.Equivalent(Example, ExportsFile.Read(_folder.Path), strict: true);
    }

    [Fact]
    public void File_is_indented_json_with_these_keys()
    {
        Example.Write(_folder.Path);
        Assert.Equal(
            """
            {
              "testImages": 1000,
              "temperature": {
                "value": 1.25,
                "labels": 50
              },
              "calibration": {
                "images": 512,
                "ranges": "percentile 99.99"
              },
              "batch": 64,
              "threads": 2,
              "eager": {
                "millisecondsOne": 0.5,
                "millisecondsBatch": 4.125
              },
              "formats": [
                {
                  "name": "fp32",
                  "files": [
                    "model.onnx",
                    "model.onnx.data"
                  ],
                  "bytes": 3000000000,
                  "top1": 90,
                  "agreement": 100,
                  "calibrationError": 0.01,
                  "negativeLogLikelihood": 0.3,
                  "millisecondsOne": 0.25,
                  "millisecondsBatch": 2
                },
                {
                  "name": "int8",
                  "files": [
                    "model.int8.onnx"
                  ],
                  "bytes": 800,
                  "top1": 89.5,
                  "agreement": 98.7,
                  "calibrationError": 0.0125,
                  "negativeLogLikelihood": 0.31,
                  "millisecondsOne": 0.1,
                  "millisecondsBatch": 1
                }
              ]
            }

            """,
            File.ReadAllText(_folder["exports.json"]));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("not JSON")]
    public void Other_content_is_rejected(string text)
    {
        _folder.Write("exports.json", text);
        Assert.Throws<JsonException>(() => ExportsFile.Read(_folder.Path));
    }
}
