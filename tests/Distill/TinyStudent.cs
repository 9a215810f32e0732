using System.Text.Json.Nodes;
using Distill.Distill;
using Distill.Pipeline.Options;

namespace Tests.Distill;

/// <summary>Options of a student that trains in a moment.</summary>
internal static class TinyStudent
{
    /// <summary>Reads the options of a small network.</summary>
    /// <param name="student">Further options, as a JSON object.</param>
    /// <param name="steps">Steps of the training.</param>
    /// <param name="batchSize">Views per step.</param>
    public static DistillOptions Options(string student, int steps, int batchSize)
    {
        var json = JsonNode.Parse(student)!.AsObject();
        json["network"] = JsonNode.Parse("""{ "architecture": "resnet18", "width": 0.125 }""");
        json["steps"] = steps;
        json["batchSize"] = batchSize;
        var root = new JsonObject { ["student"] = json };
        return DistillOptions.Read(PipelineFile.Parse(root.ToJsonString(), "test.json", _ => null).Section("student"));
    }
}
