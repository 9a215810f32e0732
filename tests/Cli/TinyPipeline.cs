using System.Text.Json.Nodes;
using Tests.Pipeline;


namespace Tests.Cli;

/// <summary>A whole pipeline on the committed sample that takes seconds: every stage, shallow networks, a dozen steps.</summary>
internal sealed class TinyPipeline : IDisposable
{
    public const string Name = "tiny";

    private readonly TempFolder _folder = new();

    public TinyPipeline(Action<JsonObject>? change = null) => Write(change);

    /// <summary>The folder to run in.</summary>
    public string Folder => _folder.Path;

    public string Models => Path.Combine(Folder, "models", Name);

    /// <summary>(Re)writes pipeline.json.</summary>
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
          "dataset": { "kind": "sample", "folder": "{{Path.Combine(Repository.Root, "data", "sample")}}" },
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
