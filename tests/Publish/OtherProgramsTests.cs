using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Distill.Learning.Networks;
using Distill.Learning.Safetensors;
using Tests.Cli;
using Tests.Golden;
using Tests.Learning;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Publish;

/// <summary>Published models in other programs: PyTorch, torchvision, and the examples in docs.</summary>
[Collection(TorchTests.Name)]
[Trait("Category", "Process")]
public class OtherProgramsTests(FinishedRun run) : IClassFixture<FinishedRun>
{
    private static string PythonExample => Path.Combine(Repository.Root, "docs", "examples", "predict.py");

    private string Published => Path.Combine(run.Pipeline.Models, "published", "self-distilled");

    [PythonFact]
    public void Weights_load_into_torchvisions_resnet50_with_the_same_logits()
    {
        using var scope = NewDisposeScope();
        using var folder = new TempFolder();
        using var network = FilledNetwork.Of("resnet50", 1, Stem.ImageNet, selective: false, channels: 3, classes: 12);
        using (var file = File.Create(folder["model.safetensors"]))
        {
            SafetensorsFile.Write(file, network.state_dict(), new Dictionary<string, string> { ["format"] = "pt" });
        }

        var output = PythonFactAttribute.Run(Script("strict.py"), folder["model.safetensors"], "12");
        var theirs = JsonSerializer.Deserialize<float[]>(output)!;

        using var frozen = no_grad();
        Close.To(tensor(theirs), network.forward(ClosedFormImage())[0], 1e-4);
    }

    [PythonFact]
    public void Torchvisions_weights_load_here_with_the_same_logits()
    {
        using var scope = NewDisposeScope();
        using var folder = new TempFolder();
        var output = PythonFactAttribute.Run(Script("given.py"), folder["given.safetensors"], "resnet50", "9");
        var theirs = JsonSerializer.Deserialize<float[]>(output)!;

        using var generator = new Generator(1);
        using var network = new FineTunedNetwork(
            new NetworkOptions(Architecture.ResNet50, 1, Stem.ImageNet, Normalization: new([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])),
            new HeadOptions(1, 8),
            fromLayer: 0,
            channels: 3,
            classes: 9,
            generator);
        ImportedWeights.LoadClassifier(network, folder["given.safetensors"]);
        network.eval();
        using var frozen = no_grad();
        Close.To(tensor(theirs), network.forward(ClosedFormImage())[0], 1e-4);
    }

    [PythonFact]
    public void Converted_SimCLRv2_network_gives_the_same_projections()
    {
        using var scope = NewDisposeScope();
        using var folder = new TempFolder();
        foreach (var selective in new[] { false, true })
        {
            var output = PythonFactAttribute.Run(Script("simclrv2.py"), folder["given.safetensors"], "0.25", selective ? "1" : "0");
            var theirs = JsonSerializer.Deserialize<float[]>(output)!;

            using var generator = new Generator(1);
            using var network = new ContrastiveNetwork(
                new NetworkOptions(Architecture.ResNet50, 0.25, Stem.ImageNet, selective), new HeadOptions(3, theirs.Length), 3, generator);
            Assert.True(ImportedWeights.LoadPretrained(network, folder["given.safetensors"]));
            network.eval();
            using var frozen = no_grad();
            Close.To(tensor(theirs), nn.functional.normalize(network.forward(ClosedFormImage()))[0], 1e-4);
        }
    }

    [PythonFact]
    public void Python_example_predicts_the_same_class() =>
        Assert.Equal(Predicted(), PythonFactAttribute.Run(PythonExample, Published, Image()).Trim());

    [PythonFact]
    public void Examples_predict_the_same_class_with_a_normalizing_network()
    {
        using var other = new TinyPipeline(json =>
        {
            json["pretrain"]!["weights"] = Path.Combine(run.Pipeline.Models, "pretrain", "weights.safetensors");
            json["pretrain"]!["network"]!["mean"] = new JsonArray(0.3);
            json["pretrain"]!["network"]!["deviation"] = new JsonArray(0.4);
            json["finetune"]!["fromLayer"] = 0;
            json["rounds"] = null;
        });
        var outcome = DistillProcess.Run(other.Folder, "run");
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        var folder = Path.Combine(other.Models, "published", "teacher");
        var card = File.ReadAllText(Path.Combine(folder, "README.md"));
        Assert.Contains("* pretrain: resnet18 of width 0.125, imported weights\n", card, StringComparison.Ordinal);
        Assert.DoesNotContain("distill", card.Split("---\n")[1], StringComparison.Ordinal);
        var expected = Predicted(folder, "safetensors");
        Assert.Equal(expected, Predicted(folder, "fp32"));
        Assert.Equal(expected, PythonFactAttribute.Run(PythonExample, folder, Image()).Trim());
    }

    [Fact]
    public void CSharp_example_predicts_the_same_class()
    {
        using var folder = new TempFolder();
        File.Copy(Path.Combine(Repository.Root, "docs", "examples", "predict.cs"), folder["predict.cs"]);
        Directory.CreateDirectory(folder["share"]);
        using var process = Process.Start(new ProcessStartInfo("dotnet", ["run", folder["predict.cs"], Published, Image()])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            // Where dotnet keeps what it builds of a single file: 700 MB, which would stay in the user's folder.
            Environment = { ["XDG_DATA_HOME"] = folder["share"] },
        })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(Predicted(), output.Trim().Split('\n')[^1]);
    }

    private static Tensor ClosedFormImage()
    {
        const int side = 64;
        double[] pixels = [.. Enumerable.Range(0, 3 * side * side).Select(i => Math.Abs(Math.Sin(i * 12.9898) * 43758.5453 % 1))];
        return tensor(pixels, [1, 3, side, side]).to_type(ScalarType.Float32);
    }

    private static string Script(string name) => Path.Combine(Repository.Root, "tests", "Publish", "python", name);

    private string Predicted() => Predicted(Published, "safetensors");

    private string Predicted(string folder, string form)
    {
        var answer = DistillProcess.Run(run.Pipeline.Folder, "predict", Image(), "--model", folder, "--format", form, "--json");
        var guess = JsonNode.Parse(answer.Output)!.AsArray().Single()!;
        return FormattableString.Invariant($"{Image()}: {guess["label"]} ({100 * guess["probability"]!.GetValue<double>():0.0} %)");
    }

    /// <summary>Writes a test image of the sample and returns its path.</summary>
    private string Image()
    {
        var path = Path.Combine(run.Pipeline.Folder, "image.png");
        var pixels = Datasets.SampleData.Open().Test().Pixels.Decode(3).Pixels;
        using var bitmap = new SkiaSharp.SKBitmap(28, 28);
        for (var i = 0; i < pixels.Length; i++)
        {
            bitmap.SetPixel(i % 28, i / 28, new SkiaSharp.SKColor(pixels[i], pixels[i], pixels[i]));
        }

        using var file = File.Create(path);
        bitmap.Encode(file, SkiaSharp.SKEncodedImageFormat.Png, 100);
        return path;
    }
}
