using System.Text.Json.Nodes;
using Distill.Cli.Checks;
using Distill.Cli.Planning;
using Distill.Datasets;
using Distill.Pipeline.Options;
using Tests.Pipeline;

namespace Tests.Cli.Checks;

/// <summary>A folder of images that the checks find nothing wrong with, until a test changes it.</summary>
internal sealed class CheckedFolder : IDisposable
{
    public const int PerClass = 34;
    public const int TestPerClass = 2;

    private static readonly string[] Classes = ["cat", "dog", "fox"];

    private readonly TempFolder _folder = new();
    private int _seed;

    public CheckedFolder()
    {
        foreach (var name in Classes)
        {
            Fill($"train/{name}", PerClass);
            Fill($"test/{name}", TestPerClass);
        }
    }

    public string this[string name] => _folder[$"set/{name}"];

    public TempFolder Temporary => _folder;

    /// <summary>A picture that no other call returns.</summary>
    public byte[] NewPicture(int width = 20, int height = 16) => Noise.Picture(++_seed, width, height);

    public void Write(string name, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        File.WriteAllBytes(this[name], content);
    }

    public void Copy(string from, string to) => Write(to, File.ReadAllBytes(this[from]));

    public void Delete(string folder) => Directory.Delete(this[folder], recursive: true);

    /// <summary>Replaces every image of a split by a picture.</summary>
    public void Replace(string split, Func<int, byte[]> picture)
    {
        var files = Directory.GetFiles(this[split], "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToArray();
        foreach (var (number, file) in files.Index())
        {
            File.WriteAllBytes(file, picture(number));
        }
    }

    /// <summary>Checks the folder.</summary>
    /// <param name="changes">Blocks that replace those of the pipeline, as JSON.</param>
    public DataCheck Check(string changes = "{}")
    {
        var json = JsonNode.Parse($$"""
            {
              "dataset": { "kind": "folder", "folder": "{{_folder["set"]}}", "imageSize": 16 },
              "labels": { "perClass": 2 },
              "pretrain": { "batchSize": 16 },
              "finetune": { "batchSize": 4 },
              "rounds": { "distill": { "student": { "batchSize": 16, "steps": 10 } } },
              "supervised": null
            }
            """)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(changes)!.AsObject())
        {
            json[name] = value?.DeepClone();
        }

        var options = PipelineOptions.Read(PipelineFile.Parse(json.ToJsonString(), "test.json", Presets.Text));
        return DataCheck.Run(options, DatasetCatalog.Open(options.Dataset, _ => { }, _folder["index"]));
    }

    public void Dispose() => _folder.Dispose();

    private void Fill(string folder, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Write($"{folder}/{i:00}.png", NewPicture());
        }
    }
}
