using Distill.Artifacts;
using Distill.Datasets.Decoding;
using Distill.Datasets.Encoded;
using Distill.Datasets.Files;
using Distill.Pipeline.Options;
using static TorchSharp.torch;

namespace Distill.Cli.Commands;

// N images, K classes.

/// <summary>Reads labeled images from one folder per class and classifies them with a published model.</summary>
internal static class ClassFolders
{
    private const int Batch = 64;
    private const string Outside = "an image without a class";

    /// <summary>Lists every image below the class folders, with the number of its class.</summary>
    /// <param name="folder">Folder of the class folders.</param>
    /// <param name="classes">Names of the model's classes.</param>
    /// <param name="log">Receives a line for each reason to skip files.</param>
    /// <exception cref="UserException">The folder is missing or has no images, or a subfolder is not named after a class.</exception>
    public static IReadOnlyList<(string Path, int Label)> Images(string folder, IReadOnlyList<string> classes, Action<string> log)
    {
        if (!Directory.Exists(folder))
        {
            throw new UserException($"{folder}: this folder does not exist");
        }

        var files = ImageFiles.Below(folder);
        // A model from elsewhere may have two classes with the same name. The first one counts.
        var numbers = classes.Index().DistinctBy(entry => entry.Item).ToDictionary(entry => entry.Item, entry => entry.Index);
        if (files.Folders.FirstOrDefault(name => !numbers.ContainsKey(name)) is { } unknown)
        {
            throw new UserException(
                $"{Path.Combine(folder, unknown)}: found a folder that is not named after a class, expected one of "
                + $"{string.Join(", ", classes)}{LookAlike.Note(unknown, classes)}");
        }

        var outside = files.Images.Where(file => !file.Name.Contains('/', StringComparison.Ordinal)).Select(file => (file.Name, Outside));
        foreach (var line in SkipSummary.Lines(folder, files.Skipped.Concat(outside)))
        {
            log(line);
        }

        (string, int)[] images =
        [
            .. files.Images.Where(file => file.Name.Contains('/', StringComparison.Ordinal))
                .Select(file => (Path.Combine(folder, file.Name), numbers[file.Name.Split('/')[0]])),
        ];
        return images.Length > 0
            ? images
            : throw new UserException(
                $"{folder}: found no images, expected one subfolder per class with image files ({ImageExtensions.List})");
    }

    /// <summary>Computes the model's logits for all images that can be read.</summary>
    /// <param name="model">The published model.</param>
    /// <param name="images">Paths and labels, as <see cref="Images"/> lists them.</param>
    /// <param name="refused">Receives one message for each file that cannot be read as an image.</param>
    /// <returns>logits_NK and labels_N, owned by the caller's dispose scope; null if no file can be read.</returns>
    public static (Tensor Logits, Tensor Labels)? Logits(
        PublishedModel model, IReadOnlyList<(string Path, int Label)> images, Action<string> refused)
    {
        using var scope = NewDisposeScope();
        var logits = new List<Tensor>();
        var labels = new List<long>();
        foreach (var batch in images.Chunk(Batch))
        {
            var read = new List<byte[]>();
            foreach (var (path, label) in batch)
            {
                try
                {
                    read.Add(ImageFile.Read(path, model.Config.Preprocessing));
                    labels.Add(label);
                }
                catch (UserException unreadable)
                {
                    refused(unreadable.Message);
                }
            }

            if (read.Count > 0)
            {
                logits.Add(model.Logits(read));
            }
        }

        return logits.Count == 0 ? null : (cat(logits).MoveToOuterDisposeScope(), tensor([.. labels]).MoveToOuterDisposeScope());
    }
}
