using System.Text.Json.Nodes;
using Benchmarks.Harness;
using Distill.Imaging.Augmentation;
using Distill.Imaging.Augmentation.Operations;

namespace Benchmarks.Reference;

/// <summary>The program pytorch/photos.py, which makes views of photographs with torchvision's DataLoader.</summary>
internal sealed class PhotoLoader : IDisposable
{
    private readonly ResidentProcess _process;

    /// <param name="python">Command of <see cref="Python.Find"/>.</param>
    /// <param name="script">Path of the program.</param>
    /// <param name="photos">Folder with a folder of photographs per class.</param>
    /// <param name="augmentations">Augmentations of both views.</param>
    /// <param name="size">Height and width of the views.</param>
    /// <param name="batch">Images per batch.</param>
    public PhotoLoader(string python, string script, string photos, AugmentationOptions augmentations, int size, int batch)
    {
        _process = new ResidentProcess(python, script, OptionsOf(photos, augmentations, size, batch));
        var versions = _process.Send("versions");
        Versions = $"PyTorch {versions["torch"]}, torchvision {versions["torchvision"]}, PIL {versions["pillow"]}";
    }

    /// <summary>Versions of PyTorch, torchvision and PIL.</summary>
    public string Versions { get; }

    /// <summary>Makes two views of each image with a number of processes.</summary>
    /// <returns>Wall time, and the CPU time of all its processes in seconds.</returns>
    public (Reading Reading, double CpuSeconds) Turn(int images, int workers)
    {
        var answer = _process.Send(FormattableString.Invariant($"views {images} {workers}"));
        return (
            new Reading(answer["images"]!.GetValue<long>(), answer["seconds"]!.GetValue<double>()),
            answer["cpuSeconds"]!.GetValue<double>());
    }

    public void Dispose() => _process.Dispose();

    private static JsonObject OptionsOf(string photos, AugmentationOptions augmentations, int size, int batch)
    {
        var crop = augmentations.Crop
            ?? throw new InvalidOperationException("found no crop, expected one as the first augmentation of the photographs");
        var jitter = augmentations.Operations.OfType<Jitter>().Single();
        var blur = augmentations.Operations.OfType<Blur>().Single();
        return new JsonObject
        {
            ["folder"] = photos,
            ["batch"] = batch,
            ["size"] = size,
            ["area"] = new JsonArray(crop.Area.Low, crop.Area.High),
            ["aspect"] = new JsonArray(crop.Aspect.Low, crop.Aspect.High),
            ["flip"] = crop.FlipProbability,
            ["jitter"] = new JsonObject
            {
                ["probability"] = jitter.Probability,
                ["brightness"] = jitter.Brightness,
                ["contrast"] = jitter.Contrast,
                ["saturation"] = jitter.Saturation,
                ["hue"] = jitter.Hue,
            },
            ["grayscale"] = augmentations.Operations.OfType<Grayscale>().Single().Probability,
            ["blur"] = new JsonObject
            {
                ["probability"] = blur.Probability,
                ["sigma"] = new JsonArray(blur.Sigma.Low, blur.Sigma.High),
            },
        };
    }
}
