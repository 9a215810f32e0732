using System.Text.Json.Nodes;
using Tests.Pipeline;

namespace Tests.Cli;

/// <summary>A whole pipeline on some sample images that takes seconds: all stages, small networks, at most eight steps.</summary>
internal sealed class TinyPipeline : IDisposable
{
    public const string Name = "tiny";

    private readonly TempFolder _folder = new();

    public TinyPipeline(Action<JsonObject>? change = null) => Write(change);

    /// <summary>The working folder for the command.</summary>
    public string Folder => _folder.Path;

    /// <summary>The folder models/NAME of the run.</summary>
    public string Models => Path.Combine(Folder, "models", Name);

    /// <summary>Writes pipeline.json, or overwrites it.</summary>
    public void Write(Action<JsonObject>? change = null)
    {
        var json = JsonNode.Parse(Json())!.AsObject();
        change?.Invoke(json);
        File.WriteAllText(Path.Combine(Folder, "pipeline.json"), json.ToJsonString());
    }

    public void Dispose() => _folder.Dispose();

    private static string Json() => $$"""
        {
          "name": "{{Name}}",
          "device": "cpu",
          "checkpointEverySeconds": 0,
          "dataset": { "kind": "sample", "folder": "{{TinySample.Folder}}" },
          "labels": { "perClass": 2 },
          "pretrain": {
            "network": { "architecture": "resnet18", "width": 0.125 },
            "head": { "output": 8 }, "steps": 8, "batchSize": 16, "groups": 2
          },
          "finetune": { "steps": 6, "batchSize": 8 },
          "rounds": {
            "distill": {
              "result": "distilled",
              "label": { "viewsPerImage": 1 },
              "student": { "network": { "architecture": "resnet18", "width": 0.125 }, "steps": 8, "batchSize": 16 }
            },
            "self-distill": {
              "result": "self-distilled",
              "label": { "viewsPerImage": 1 },
              "student": { "network": { "architecture": "resnet18", "width": 0.125 }, "steps": 8, "batchSize": 16, "groups": 2 }
            }
          },
          "supervised": { "steps": 6, "batchSize": 8 },
          "publish": { "heldOut": { "perClass": 3 } }
        }
        """;
}
