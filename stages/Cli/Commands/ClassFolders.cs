using Distill.Artifacts;
using Distill.Datasets.Decoding;
using Distill.Pipeline.Options;
using static TorchSharp.torch;

namespace Distill.Cli.Commands;

// N images, K classes.

/// <summary>Reads labeled images from one folder per class and classifies them with a published model.</summary>
internal static class ClassFolders
{
    private const int Batch = 64;

    /// <summary>Lists every image below the class folders, with the number of its class.</summary>
    /// <exception cref="UserException">The folder is missing or has no images, or a subfolder is not named after a class.</exception>
    public static IReadOnlyList<(string Path, int Label)> Images(string folder, IReadOnlyList<string> classes)
    {
        if (!Directory.Exists(folder))
        {
            throw new UserException($"{folder}: this folder does not exist");
        }

        var images = new List<(string, int)>();
        foreach (var path in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            // A model from elsewhere may have two classes with the same name. The first one counts.
            var label = classes.Index().FirstOrDefault(entry => entry.Item == Path.GetFileName(path), (Index: -1, Item: "")).Index;
            if (label < 0)
            {
                throw new UserException(
                    $"{path}: found a folder that is not named after a class, expected one of {string.Join(", ", classes)}");
            }

            images.AddRange(ImagePaths.Expand([path], TextReader.Null).Select(image => (image, label)));
        }

        return images.Count > 0
            ? images
            : throw new UserException(
                $"{folder}: found no images, expected one subfolder per class with PNG, JPEG, WebP, BMP or GIF files");
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
