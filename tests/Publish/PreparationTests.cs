using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Distill.Artifacts;
using Distill.Datasets;
using Distill.Datasets.Decoding;
using Distill.Datasets.Images;
using Distill.Datasets.Options;
using Distill.Imaging.Loading;
using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Networks.Inference;
using Distill.Learning.Training;
using Distill.Pipeline.Execution;
using Distill.Publish;
using Tests.Cli;
using Tests.Golden;
using Tests.Learning;
using Tests.Pipeline;
using static TorchSharp.torch;

namespace Tests.Publish;

/// <summary>
/// Training's evaluation, the commands and the examples in docs see the same of every picture. The pictures are Pillow's.
/// </summary>
[Collection(TorchTests.Name)]
[Trait("Category", "Process")]
public sealed class PreparationTests : IDisposable
{
    private const int Side = 32;

    /// <summary>Of a probability in percent. The examples print one decimal, and decode JPEG files before they shrink them.</summary>
    private const double Tolerance = 0.5;

    /// <summary>Gray levels by which a shrunk JPEG file may differ, because this program shrinks it while it decodes it.</summary>
    private const int ShrunkTolerance = 4;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static string Examples => Path.Combine(Repository.Root, "docs", "examples");

    [PythonTheory]
    [InlineData(3, 1.0, null)]
    [InlineData(3, 0.875, null)]
    [InlineData(1, 0.8, null)]
    [InlineData(3, 0.875, 48)]
    [InlineData(1, 1.0, 40)]
    public void Python_example_prepares_every_picture_as_an_evaluation_does(int channels, double centerCrop, int? shorterSide)
    {
        var pictures = Pictures();
        var config = Config(channels, centerCrop, shorterSide);
        PythonFactAttribute.Run(
            [Script("prepared.py"), Examples, _folder.Write("config.json", config.ToJson()), .. pictures]);
        Assert.All(pictures, picture =>
        {
            var (ours, theirs) = (ImageFile.Read(picture, config.Preprocessing), File.ReadAllBytes(picture + ".raw"));
            Assert.Equal(ours.Length, theirs.Length);
            // Rounding differs where a sum is near a half.
            var shrunk = shorterSide is not null && picture.EndsWith(".jpg", StringComparison.Ordinal);
            Assert.InRange(ours.Zip(theirs, (a, b) => Math.Abs(a - b)).Max(), 0, shrunk ? ShrunkTolerance : 1);
        });
    }

    [PythonTheory]
    [InlineData(0.875, null)]
    [InlineData(1.0, null)]
    [InlineData(0.875, 48)]
    public void Evaluation_of_a_dataset_sees_what_predict_sees(double centerCrop, int? shorterSide)
    {
        using var scope = NewDisposeScope();
        Pictures(Path.Combine("train", "some"));
        var options = new DatasetOptions(DatasetKind.Folder, _folder.Path, Side, 3) { CenterCrop = centerCrop, ShorterSide = shorterSide };
        var train = DatasetCatalog.Open(options, _ => { }).Train();
        using var bank = ImageBank.Open(train, CPU);
        Assert.Equal(new Preprocessing(train.Shape, centerCrop, shorterSide), train.Preprocessing);
        Assert.All(Enumerable.Range(0, train.Count), image => Assert.Equal(
            ImageFile.Read(Path.Combine(_folder.Path, train.ImageName(image)), train.Preprocessing),
            bank.Take([image]).Times(255).round().to_type(ScalarType.Byte).ReadAll<byte>()));
    }

    [PythonTheory]
    [InlineData(3)]
    [InlineData(1)]
    public void Examples_and_predict_name_the_same_class_with_the_same_probability(int channels)
    {
        var pictures = Pictures();
        Publish(channels);
        var answers = JsonNode.Parse(DistillProcess.Run(_folder.Path, ["predict", .. pictures, "--model", ".", "--json"]).Output)!.AsArray()
            .ToDictionary(answer => (string)answer!["image"]!, answer => ((string)answer!["label"]!, 100 * (double)answer["probability"]!));
        Assert.Equal(pictures.Length, answers.Count);
        Assert.True(answers.Values.Select(answer => answer.Item1).Distinct().Count() > 1, "every picture got the same class");
        AssertSame(answers, PythonFactAttribute.Run([Path.Combine(Examples, "predict.py"), _folder.Path, .. pictures]));

        File.Copy(Path.Combine(Examples, "predict.cs"), _folder["predict.cs"]);
        string[] arguments = ["run", _folder["predict.cs"], _folder.Path, .. pictures];
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardOutput = true,
        })!;
        AssertSame(answers, process.StandardOutput.ReadToEnd());
        process.WaitForExit();
    }

    [PythonFact]
    public void Program_of_a_model_card_runs_and_sees_the_picture()
    {
        var config = Config(3, 0.875, null) with { Labels = ["cat", "dog", "eel"] };
        _folder.Write("config.json", config.ToJson());
        _folder.Write("model.onnx", "");
        PythonFactAttribute.Run(Script("pictures.py"), _folder["pictures"]);
        File.Copy(_folder["pictures/turned6.png"], _folder["image.png"]);
        var card = new ModelCard(
            config,
            new PublishOptions("teacher", "mit", null, null, null, null),
            "x",
            PublishedExample.Results,
            PublishedExample.Exports,
            new Dictionary<string, LockEntry>()).Text();
        var program = _folder.Write("program.py", card.Split("```python\n")[1].Split("```")[0]);

        // In place of ONNX Runtime stands a model whose logits are the first three pixels, times 10.
        float[] logits = [.. ImageFile.Read(_folder["image.png"], config.Preprocessing)[..3].Select(pixel => pixel / 255f * 10 / 2)];
        var best = Array.IndexOf(logits, logits.Max());
        var answer = PythonFactAttribute.RunIn(_folder.Path, program).Trim().Split(' ');
        Assert.Equal(config.Labels[best], answer[0]);
        var probability = 1 / logits.Sum(logit => Math.Exp(logit - logits[best]));
        Assert.Equal(probability, double.Parse(answer[1], CultureInfo.InvariantCulture), 0.02);
    }

    private static void AssertSame(Dictionary<string, (string Label, double Percent)> expected, string output)
    {
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line.EndsWith(" %)", StringComparison.Ordinal));
        var found = lines.ToDictionary(line => line[..line.LastIndexOf(": ", StringComparison.Ordinal)], line => line.Split(": ")[^1]);
        Assert.Equal(expected.Keys.Order(), found.Keys.Order());
        Assert.All(expected, answer =>
        {
            var parts = found[answer.Key].Split(' ');
            Assert.Equal(answer.Value.Label, parts[0]);
            Assert.Equal(answer.Value.Percent, double.Parse(parts[1].Trim('('), CultureInfo.InvariantCulture), Tolerance);
        });
    }

    private static string Script(string name) => Path.Combine(Repository.Root, "tests", "Publish", "python", name);

    private static ModelConfig Config(int channels, double centerCrop, int? shorterSide) => new(
        new NetworkOptions(Architecture.ResNet18, 0.125, Stem.Small),
        new ImageShape(channels, Side, Side),
        ["cat", "dog", "eel", "fox", "gnu"],
        centerCrop,
        2)
    {
        ShorterSide = shorterSide,
    };

    /// <summary>Publishes a network of closed-form weights, whose classes depend on the picture.</summary>
    private void Publish(int channels)
    {
        using var scope = NewDisposeScope();
        var config = Config(channels, 0.875, 48);
        using var network = FilledNetwork.Of("resnet18", 0.125, Stem.Small, selective: false, channels, config.Labels.Count);
        Spread(network, config);
        using (var file = File.Create(_folder[PublishedModel.WeightsFile]))
        {
            Weights.Save(network, file);
        }

        _folder.Write(PublishedModel.ConfigFile, config.ToJson());
        OnnxModelFiles.Write(
            _folder[OnnxModelFiles.Fp32File], InferenceNetwork.ToOnnx(network, [channels, Side, Side], config.Labels.Count));
        Checksums.Write(_folder.Path);
    }

    /// <summary>Centers the logits on the pictures and scales them, so that no class always wins.</summary>
    private void Spread(ResNet network, ModelConfig config)
    {
        using var frozen = no_grad();
        var images = stack([.. Directory.GetFiles(_folder["pictures"]).Select(path => tensor(
            ImageFile.Read(path, config.Preprocessing), [config.Shape.Channels, Side, Side], dtype: ScalarType.Byte)
            .to_type(ScalarType.Float32).Over(255))]);
        var logits_NK = network.forward(images);
        var (mean_1K, deviation_1K) = (logits_NK.mean([0], keepdim: true), logits_NK.std(0, unbiased: true, keepdim: true));
        network.Classifier!.weight!.div_(deviation_1K.t());
        network.Classifier.bias!.sub_(mean_1K.squeeze(0)).div_(deviation_1K.squeeze(0));
    }

    private string[] Pictures(string into = "pictures")
    {
        PythonFactAttribute.Run(Script("pictures.py"), _folder[into]);
        return [.. Directory.GetFiles(_folder[into]).Order(StringComparer.Ordinal)];
    }
}
